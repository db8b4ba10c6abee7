"""Makes each warning an error.

added to: wrong
here: no more
elsewhere: neighbour
"""

import warnings

warnings.simplefilter("error")
