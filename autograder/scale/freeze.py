"""Imported last by the fork server: what it has loaded is shared with the workers forked from it.

A garbage collection in a worker would write to every object it walks and so copy its page; what
is frozen is not walked.
"""

import gc

gc.collect()
gc.freeze()
