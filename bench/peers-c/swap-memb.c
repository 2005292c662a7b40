// See swap-urcu.h.
#ifdef WITH_URCU
#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>

#define FLAVOUR urcu_memb
#include "swap-urcu.h"
#endif
