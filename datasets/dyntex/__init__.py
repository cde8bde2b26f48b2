"""DynTex: recorded moving textures, from a copy that its owners gave access to."""
