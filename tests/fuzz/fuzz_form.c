/*
 * fuzz_form.c - the body of a device login, as a form and as JSON, and the codes in it.
 *
 * Good or bad, every text ends within its room; what is no code is not read as one.
 */
#include <assert.h>
#include <string.h>

#include "node/body.h"
#include "tests/fuzz/fuzz.h"

static void try_codes(const struct form *form)
{
	char user_code[DEVICE_USER_BYTES];

	assert(strnlen(form->grant_type, sizeof(form->grant_type)) < sizeof(form->grant_type));
	assert(strnlen(form->device_code, sizeof(form->device_code)) < sizeof(form->device_code));
	assert(strnlen(form->user_code, sizeof(form->user_code)) < sizeof(form->user_code));
	assert(strnlen(form->user, sizeof(form->user)) < sizeof(form->user));
	if (device_code_read(form->device_code, user_code))
		assert(memcmp(user_code, form->device_code, DEVICE_USER_LETTERS) == 0);
	if (device_code_read_typed(form->user_code, user_code))
		assert(strspn(user_code, "BCDFGHJKLMNPQRSTVWXZ") == DEVICE_USER_LETTERS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form form = { .allow = FORM_UNSAID }, json = form;
	const char *why = NULL;

	if (size > BODY_BYTES_MAX)
		return 0;
	why = form_read(&form, (const char *)data, size);
	assert(!why || why[0]);
	try_codes(&form);
	if (body_read_form((const char *)data, size, &json, &why) == BODY_BAD)
		assert(why && why[0]);
	try_codes(&json);
	return 0;
}
