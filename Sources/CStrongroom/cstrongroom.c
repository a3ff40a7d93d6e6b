#include "cstrongroom.h"
