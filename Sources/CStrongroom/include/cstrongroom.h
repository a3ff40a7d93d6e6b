#ifndef CSTRONGROOM_H
#define CSTRONGROOM_H
#endif
