/* vectors.h - keys and signatures made elsewhere, in hexadecimal. Numbers are those
 * of the digests: pnrp section 19, grouping section 16. */
#ifndef UNIT_CRYPTO_VECTORS_H
#define UNIT_CRYPTO_VECTORS_H

/* pnrp: RSAPublicKey of k1 */
#define VECTOR_K1                                                                                  \
	"30818902818100d36a76c37f871ac86a9c1864051348fb871ee49411cf30310661dac731a179"             \
	"cacbb337eb5f4417c86e0fb76f9b6b1c3df6a534be8281c3da11fe3bd0c07f48828687f4a519"             \
	"80e61eb222365a0391a662e11cfe9e0ac5a24cca05901afdf0f986d7b5e0bf5a475221baa9de"             \
	"2844a3660cce9fe538079fc59070fededa4fe968a50203010001"

/* pnrp T12: a CPA, signed by k1 up to octet 307 */
#define VECTOR_T12                                                                                 \
	"bb0100020004080000806fca89f7e001efcdab896745230102000100b80d0120101112131415"             \
	"161718191a1b1c1d1e1f87f8ed9157125ffc4da9e06a7b8011ad80a53fe1020012000dd42001"             \
	"0db8000100020a0027fffe1122330dd420010db800010002000000000000009901001e000100"             \
	"0000140020010db8000100020a0027fffe11223300500600a900140000008c0000312e322e38"             \
	"34302e3131333534392e312e312e3130818902818100d36a76c37f871ac86a9c1864051348fb"             \
	"871ee49411cf30310661dac731a179cacbb337eb5f4417c86e0fb76f9b6b1c3df6a534be8281"             \
	"c3da11fe3bd0c07f48828687f4a51980e61eb222365a0391a662e11cfe9e0ac5a24cca05901a"             \
	"fdf0f986d7b5e0bf5a475221baa9de2844a3660cce9fe538079fc59070fededa4fe968a50203"             \
	"0100018800800004800000b28a4d71ee61b5f530d6a4806a194f9382134b9d85a6ce0fef9833"             \
	"c161f2a2b5504979fcb4da9d116cf4b9ee9b6721d08193581a8b3e076a0fb93b840f2c424afe"             \
	"bbeef396e717c1a6bbdd095dba94951339b78b5ffe1f0503dab3ff628b077e4c7456b3086386"             \
	"569c64c06dcc7826a2d376802a00408605a5fd81adb1c5d79c"

/* pnrp T13: an extended payload, signed by k1 up to octet 88 */
#define VECTOR_T13                                                                                 \
	"e00000020000580000806fca89f7e0011032547698badcfe00000c00b80d0120cc951674e760"             \
	"2f2196980cf4b872fb15101112131415161718191a1b1c1d1e1f01001800020000800e000000"             \
	"680065006c006c006f0000008800800004800000b05a247cf2eb3266b7bd68378bc33a43c38b"             \
	"a5b90cf57caa3de00edf228e98c93142073ed4a05c11e87fe46e1586d001ee8a54ee8f877fa1"             \
	"b898819552d6b867b9c5ffb53a5d923628f5731f558548a069d3542de807f750f7f12ad84377"             \
	"2a27877faa26a5587e9ac4cbf94214f05be2fadaede11ae6cbd1324c48118c48bba9"

/* grouping T7: PKCS #8 of R1 */
#define VECTOR_R1                                                                                  \
	"30820278020100300d06092a864886f70d0101010500048202623082025e02010002818100ab"             \
	"e1adc574a00a44fdb16ddb9701d27068c37547a0e932bac8784c8037b36f0e11c01e04589bff"             \
	"cf48094c683e713fb63564048f4657d29dec07c4792232bd5cc07bf7281d0c85917c2cc959d6"             \
	"b492cd09f9266d520c84a2c6cc3bdec57e0589a0537aa4d3b5c035c8b9a75fa99238a15be8aa"             \
	"c15b3ba2367398581359e3b5cd020301000102818039151105e38e86fa949a4956c516c8d1a6"             \
	"294b98c73acb2b370aa4b56c4a3e16991489a37dde091dc8d9b5b365116d4c50fcef7ab9acce"             \
	"f8bd7b72e79bd0e80c0b403032719fa589cc89acc6301d76042d59fb21f4058417f290e33d58"             \
	"4a4c9c5474299bb4961aad7bbe3e98253adbf903ca5366dccf5fb72bcca65bcfca4a21024100"             \
	"d9a7b504760f0ea13bd3d25831689f2f16fd10db70dbb7c0a1916b2159703b2bc47f2e4a71a3"             \
	"268ae5a2b99f4b1853bb2e0ef007c6aa3683bf103dde56cb7769024100ca29931cfc40758594"             \
	"b2f3c90653592fa70c1f3728525b20aa1b66bff1d6cde64c147e9a15750b8d5601edf867c19d"             \
	"cfa2565e7c2e21468c18a3e1e29b1202c5024100cf2d51a2f37595a967b752eb5bec88495c8a"             \
	"7a7746cffdf2c058192f5f60f311d032772fa9477132992ef19d6cefb513e0dd9b20ebbbadb4"             \
	"6e33d9903ff1e0b1024100be5457f9d10fcad541c31d3be4a5b1f0e83fc45fc4a98cbbfb0b23"             \
	"3891325fd57349544c32e9683fdf7a9f95dff16c67207a5a2865b1d45e6f9053496a1f91d502"             \
	"410093bdabe0240e8b69d053ad5fd2f6bdd97e782fd048eb59d618888e9df00276296917447d"             \
	"07053d5167696572fdafe676c0caa12b0880ba122e4fb937f50a2d6b"

/* R1 on "sample", by another program */
#define VECTOR_R1_SAMPLE                                                                           \
	"0c0681650b9a2173613bc275f53d9ba24f1046f1a6517478fd5fe816cdf4614072bf7a7bec70"             \
	"a0eec0a125e521c862c3ac9f8b559e9717a42003048ed8058a7a4c4ced5cbc6f4e8f92928fb2"             \
	"b18a0835bb6a53e32a364d995dfdd606b088022fa92b3f7b6539ea6a95bef612a32516a68f79"             \
	"1bc2911b68cf98eaa3e54ed70e75"

/* grouping T8: its signature on a record's digest */
#define VECTOR_R1_RECORD                                                                           \
	"4fedbdc41115d49253b4f4f19bbc27479ac11863e94447aa326729ec294ad2222e6e4c4a88d7"             \
	"cab411a5a998e7f8d436bdfeec4addb1644a99d5ad410bf206a17f038e50dfaa619efdee5fab"             \
	"a1c56f43d2bd13ffdefe755e041723bfa1adc2c4bbc46a3a65589c0cf02d789541d4a045630a"             \
	"c1cd8cefab40400d2ba888934537"

/* RFC 6979 A.2.5: PKCS #8 of the P-256 key */
#define VECTOR_P256                                                                                \
	"308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420c9af"             \
	"a9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721a1440342000460fe"             \
	"d4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99"             \
	"a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

/* its SubjectPublicKeyInfo */
#define VECTOR_P256_PUBLIC                                                                         \
	"3059301306072a8648ce3d020106082a8648ce3d0301070342000460fed4ba255a9d31c961eb"             \
	"74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2"             \
	"f1b20c2d7e9f5177a3c294d4462299"

/* its signature on "sample", r and s */
#define VECTOR_P256_SAMPLE                                                                         \
	"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d65"             \
	"7c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

/* grouping T13: its signature on a record */
#define VECTOR_P256_RECORD                                                                         \
	"a6a3e8e359e0c60ff961e9991d4ed1fc40def4c004b7c9aa190481cf70985dd69acc5689c377"             \
	"17c4e348df0b21d8920dd949f9411169566974259a96961b09ac"

/* PKCS #8 of a key that no profile has */
#define VECTOR_P384                                                                                \
	"3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430000000"             \
	"0000000000000000000000000000000000000000000000000000000000000000000000000000"             \
	"00000000000005a1640362000411de24a2c251c777573cac5ea025e467f208e51dbff98fc54f"             \
	"6661cbe56583b037882f4a1ca297e60abcdbc3836d84bc8fa696c77440f92d0f5837e90a00e7"             \
	"c5284b447754d5dee88c986533b6901aeb3177686d0ae8fb33184414abe6c1713a"

/* Likewise, of a curve whose coordinates are as long as those of P-256 */
#define VECTOR_K256                                                                                \
	"308184020100301006072a8648ce3d020106052b8104000a046d306b0201010420517ef9fa4d94"           \
	"fdd572e1363f81aa911ce7c0157f783101192be418f492f5647aa144034200040ebf2c7dfe845e"           \
	"eea8eb2354c3f51378fb5ee1920108905d234a4fb4ce4bf95076f28ae406f1f9c58661f52d7458"           \
	"8173a4630c670cbe00e6a702b71e5294d6ee"

#endif
