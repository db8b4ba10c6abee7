"""The untrusted side: what runs in the zygote and its children. Imports the protocol alone."""
