// See swap-urcu.h.
#ifdef WITH_URCU
#define _LGPL_SOURCE
#include <urcu/urcu-qsbr.h>

#define FLAVOUR urcu_qsbr
#include "swap-urcu.h"
#endif
