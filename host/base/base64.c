/* Base64 (RFC 4648 section 4), written. */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool kbm_base64_encode(const uint8_t *data, size_t length, struct kbm_bytes *out)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < length && !out->failed; i++) {
		bits = bits << 8 | data[i];
		if (i % 3 != 2)
			continue;
		const char group[] = {digits[bits >> 18 & 63], digits[bits >> 12 & 63],
				      digits[bits >> 6 & 63], digits[bits & 63]};
		kbm_bytes_append(out, group, sizeof group);
	}
	if (length % 3 == 1) {
		const char group[] = {digits[bits >> 2 & 63], digits[bits << 4 & 63], '=', '='};
		kbm_bytes_append(out, group, sizeof group);
	} else if (length % 3 == 2) {
		const char group[] = {digits[bits >> 10 & 63], digits[bits >> 4 & 63],
				      digits[bits << 2 & 63], '='};
		kbm_bytes_append(out, group, sizeof group);
	}
	return !out->failed;
}
