/* vectors.h - of digest grouping 16: keys, and signatures by them that were made elsewhere. */
#ifndef UNIT_GROUP_VECTORS_H
#define UNIT_GROUP_VECTORS_H

/* T7: R1 as an RSAPublicKey. */
#define R1_PUBLIC                                                                                  \
	"30818902818100abe1adc574a00a44fdb16ddb9701d27068c37547a0e932bac8784c8037b36f0e11c01e04"   \
	"589bffcf48094c683e713fb63564048f4657d29dec07c4792232bd5cc07bf7281d0c85917c2cc959d6b492"   \
	"cd09f9266d520c84a2c6cc3bdec57e0589a0537aa4d3b5c035c8b9a75fa99238a15be8aac15b3ba2367398"   \
	"581359e3b5cd0203010001"
#define R1_NAME "90cb4ad46c21cd0cfeea2e686633e077a0d36405"

/* T8 */
#define T8_SHA1 "14c52b80439ee36c7218c96944cae8067a413b63"
#define T8_SIGNATURE                                                                               \
	"4fedbdc41115d49253b4f4f19bbc27479ac11863e94447aa326729ec294ad2222e6e4c4a88d7cab411a5a9"   \
	"98e7f8d436bdfeec4addb1644a99d5ad410bf206a17f038e50dfaa619efdee5faba1c56f43d2bd13ffdefe"   \
	"755e041723bfa1adc2c4bbc46a3a65589c0cf02d789541d4a045630ac1cd8cefab40400d2ba888934537"

/* T12: the key of RFC 6979 A.2.5 as a SubjectPublicKeyInfo. */
#define P256_PUBLIC                                                                                \
	"3059301306072a8648ce3d020106082a8648ce3d0301070342000460fed4ba255a9d31c961eb74c6356d68"   \
	"c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c2"   \
	"94d4462299"
#define P256_NAME "5a7a78cca4a0f420d9bc62bb669c3c2759e39f72"

/* T13 */
#define T13_SHA256 "ef3ad401d9e258b5a93cb6d69859b5a1ce3789d4596284a120c908eae76edb07"
#define T13_SIGNATURE                                                                              \
	"a6a3e8e359e0c60ff961e9991d4ed1fc40def4c004b7c9aa190481cf70985dd69acc5689c37717c4e348df"   \
	"0b21d8920dd949f9411169566974259a96961b09ac"

#endif
