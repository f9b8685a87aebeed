/* xml_int.h - the inside of xml: octets before libxml2 sees them, and back. */
#ifndef XML_XML_INT_H
#define XML_XML_INT_H

#include "xml/xml.h"

/* How a document's octets are to be taken: by how it begins. */
enum xml_encoding {
	XML_UTF8,
	XML_UTF16_BE,
	XML_UTF16_LE
};
/* `mark`: octets of the byte-order mark. */
enum xml_encoding xml_encoding_of(struct span document, size_t *mark);
/* Most octets that n octets of UTF-16 become. */
static inline size_t xml_utf8_room(size_t utf16_n)
{
	return utf16_n / 2 * 3;
}
/* ERR_MALFORMED: an odd number of octets, or half a pair; *n is then what was written. */
MUST_USE enum err xml_utf8_of(struct span utf16, enum xml_encoding e, uint8_t *out, size_t *n);

/* libxml2 compares each attribute of an element with each: a tag with more is found before
 * it comes there. False: one has more, and *at is the octet where. */
bool xml_tags_within(struct span utf8, uint32_t attributes, size_t *at);

#endif
