"""KTH actions: six actions of 25 people, four times each, in grey."""
