"""Takes five seconds to import.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

import time

time.sleep(5)
