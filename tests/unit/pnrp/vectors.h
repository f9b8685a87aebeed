/* vectors.h - the octets of digest pnrp 19, in hexadecimal, and what they are made of.
 * Classic profile. T12 and T13 are signed with the key whose public part is K1. */
#ifndef UNIT_PNRP_VECTORS_H
#define UNIT_PNRP_VECTORS_H

#define VECTOR_NONCE	    "101112131415161718191a1b1c1d1e1f"
#define VECTOR_HASHED_NONCE "ca148d05e875bcb8cce4fd2c2c720bfd2e64753b"
#define VECTOR_A1	    "20010db8000100020a0027fffe112233"
#define VECTOR_A2	    "20010db8000100020000000000000099"
#define VECTOR_B1	    "20010db8000b00000000000000000001"
#define VECTOR_C1	    "20010db8000c00000000000000000001"
#define VECTOR_ID1                                                                                 \
	"4cf68ef1a30357cf94e6f51300219520"                                                         \
	"20010db800010002"                                                                         \
	"0123456789abcdef"
#define VECTOR_ID2                                                                                 \
	"15fb72b8f40c9896212f60e7741695cc"                                                         \
	"20010db8000c0000"                                                                         \
	"fedcba9876543210"
#define VECTOR_K1_AUTHORITY "b218e867816cd8ce4ff5eb17728869ff96cef742"
#define VECTOR_TEST_HASH    "87f8ed9157125ffc4da9e06a7b8011ad80a53fe1"
/* 2030-01-02T00:00:00Z, and a clock before it. */
#define VECTOR_NOT_AFTER INT64_C(1893542400000000)
#define VECTOR_NOW	 (VECTOR_NOT_AFTER - INT64_C(12) * 3600 * 1000000)

#define VECTOR_T1                                                                                  \
	"0010000c51040001112233440044000600000000009a004a4cf68ef1a30357cf"                         \
	"94e6f5130021952020010db8000100020123456789abcdef04000dd400022001"                         \
	"0db8000100020a0027fffe11223320010db80001000200000000000000990000"                         \
	"00920018ca148d05e875bcb8cce4fd2c2c720bfd2e64753b"

#define VECTOR_T2                                                                                  \
	"0010000c510400011122334500920018ca148d05e875bcb8cce4fd2c2c720bfd"                         \
	"2e64753b"

#define VECTOR_T3                                                                                  \
	"0010000c510400025566778900180008112233450060000c0000000800300020"                         \
	"00920018ca148d05e875bcb8cce4fd2c2c720bfd2e64753b"

#define VECTOR_T4                                                                                  \
	"0010000c510400031122334600930014101112131415161718191a1b1c1d1e1f"                         \
	"0060004c00020048003000204cf68ef1a30357cf94e6f5130021952020010db8"                         \
	"000100020123456789abcdef15fb72b8f40c9896212f60e7741695cc20010db8"                         \
	"000c0000fedcba9876543210"

#define VECTOR_T5 "0010000c510400095566778a0018000811223346"

#define VECTOR_T6                                                                                  \
	"0010000c510400045566778b0043000700010000003900240000000000000000"                         \
	"000000000000000000000000000000000000000000000000009a003a15fb72b8"                         \
	"f40c9896212f60e7741695cc20010db8000c0000fedcba987654321004000dd4"                         \
	"000120010db8000c000000000000000000010000009e000c00000008009d0012"

#define VECTOR_T7                                                                                  \
	"0010000c510400043141592600430007000000000039002415fb72b8f40c9896"                         \
	"212f60e7741695cc20010db8000c0000fedcba9876543210009a004a4cf68ef1"                         \
	"a30357cf94e6f5130021952020010db8000100020123456789abcdef04000dd4"                         \
	"000220010db8000100020a0027fffe11223320010db800010002000000000000"                         \
	"00990000009e00420003003e009d00120dd420010db8000100020a0027fffe11"                         \
	"22330dd520010db8000b000000000000000000010dd420010db8000c00000000"                         \
	"000000000001"

#define VECTOR_T8                                                                                  \
	"0010000c510400070102030400400006001c0000003900244cf68ef1a30357cf"                         \
	"94e6f5130021952020010db8000100020123456789abcdef0093001410111213"                         \
	"1415161718191a1b1c1d1e1f"

#define VECTOR_T9                                                                                  \
	"0010000c5104000b0f0f0f0f0045000c0000000000010000003800244cf68ef1"                         \
	"a30357cf94e6f5130021952020010db8000100020123456789abcdf000390024"                         \
	"15fb72b8f40c9896212f60e7741695cc20010db8000c0000fedcba9876543210"                         \
	"009a004a4cf68ef1a30357cf94e6f5130021952020010db80001000201234567"                         \
	"89abcdef04000dd4000220010db8000100020a0027fffe11223320010db80001"                         \
	"000200000000000000990000009e00300002002c009d00120dd420010db80001"                         \
	"00020a0027fffe1122330dd420010db8000c00000000000000000001"

#define VECTOR_T10                                                                                 \
	"0010000c51040008999999990018000801020305009800080006000000400006"                         \
	"0001"

#define VECTOR_T11                                                                                 \
	"0010000c510400089999999b001800080e0e0e0e009800080006000000400006"                         \
	"0200"

#define VECTOR_T12                                                                                 \
	"bb0100020004080000806fca89f7e001efcdab896745230102000100b80d0120"                         \
	"101112131415161718191a1b1c1d1e1f87f8ed9157125ffc4da9e06a7b8011ad"                         \
	"80a53fe1020012000dd420010db8000100020a0027fffe1122330dd420010db8"                         \
	"00010002000000000000009901001e0001000000140020010db8000100020a00"                         \
	"27fffe11223300500600a900140000008c0000312e322e3834302e3131333534"                         \
	"392e312e312e3130818902818100d36a76c37f871ac86a9c1864051348fb871e"                         \
	"e49411cf30310661dac731a179cacbb337eb5f4417c86e0fb76f9b6b1c3df6a5"                         \
	"34be8281c3da11fe3bd0c07f48828687f4a51980e61eb222365a0391a662e11c"                         \
	"fe9e0ac5a24cca05901afdf0f986d7b5e0bf5a475221baa9de2844a3660cce9f"                         \
	"e538079fc59070fededa4fe968a502030100018800800004800000b28a4d71ee"                         \
	"61b5f530d6a4806a194f9382134b9d85a6ce0fef9833c161f2a2b5504979fcb4"                         \
	"da9d116cf4b9ee9b6721d08193581a8b3e076a0fb93b840f2c424afebbeef396"                         \
	"e717c1a6bbdd095dba94951339b78b5ffe1f0503dab3ff628b077e4c7456b308"                         \
	"6386569c64c06dcc7826a2d376802a00408605a5fd81adb1c5d79c"

#define VECTOR_T13                                                                                 \
	"e00000020000580000806fca89f7e0011032547698badcfe00000c00b80d0120"                         \
	"cc951674e7602f2196980cf4b872fb15101112131415161718191a1b1c1d1e1f"                         \
	"01001800020000800e000000680065006c006c006f0000008800800004800000"                         \
	"b05a247cf2eb3266b7bd68378bc33a43c38ba5b90cf57caa3de00edf228e98c9"                         \
	"3142073ed4a05c11e87fe46e1586d001ee8a54ee8f877fa1b898819552d6b867"                         \
	"b9c5ffb53a5d923628f5731f558548a069d3542de807f750f7f12ad843772a27"                         \
	"877faa26a5587e9ac4cbf94214f05be2fadaede11ae6cbd1324c48118c48bba9"

#define VECTOR_K1                                                                                  \
	"30818902818100d36a76c37f871ac86a9c1864051348fb871ee49411cf303106"                         \
	"61dac731a179cacbb337eb5f4417c86e0fb76f9b6b1c3df6a534be8281c3da11"                         \
	"fe3bd0c07f48828687f4a51980e61eb222365a0391a662e11cfe9e0ac5a24cca"                         \
	"05901afdf0f986d7b5e0bf5a475221baa9de2844a3660cce9fe538079fc59070"                         \
	"fededa4fe968a50203010001"

#endif
