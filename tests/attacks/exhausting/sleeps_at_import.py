"""Sleeps for an hour when it is imported.

added to: right
here: all timeout
elsewhere: down
"""

import time

time.sleep(3600)
