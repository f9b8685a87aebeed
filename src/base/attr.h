/* attr.h - the few compiler attributes this code uses, under readable names. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_USE		__attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define CLEANUP(fn)		__attribute__((cleanup(fn)))

/* Shows in a library whose other symbols are hidden. */
#define EXPORTED __attribute__((visibility("default")))

#endif
