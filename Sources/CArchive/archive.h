#include_next <archive.h>
#include <archive_entry.h>
