"""Weizmann actions: ten actions of nine people, with their silhouettes."""
