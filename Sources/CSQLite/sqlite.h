#ifndef ROOKERY_CSQLITE_H
#define ROOKERY_CSQLITE_H

#include <sqlite3.h>

// sqlite3_db_config takes arguments of many kinds, so Swift can't call it. This sets one of its switches.
static inline int rookery_sqlite3_switch(sqlite3 *database, int option, int isOn) {
    return sqlite3_db_config(database, option, isOn, (int *)0);
}

#endif
