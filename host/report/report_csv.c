/* A run as a table: a row a script with its verdict, one a finding, one an observation. */
#include "report/report.h"

#include "base/limits.h"
#include "report/csv.h"

#include <string.h>

static void put_text(struct kbm_csv *csv, const char *text)
{
	kbm_csv_text(csv, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

static void put_place(struct kbm_csv *csv, const struct kbm_place *place)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 2 * KBM_PATH_MAX_BYTES);
	if (!kbm_place_text(place, &text))
		csv->out->failed = true;
	kbm_csv_text(csv, kbm_bytes_text(&text), text.length);
	kbm_bytes_clear(&text);
}

/* What every row begins with: the target, as rows of several are put into one table; the script, or
 * NULL; its verdict; and `kind`, what the row is of. */
static void begin_row(struct kbm_csv *csv, const struct kbm_run *run,
		      const struct kbm_script_info *script, const char *verdict, const char *kind)
{
	put_text(csv, run->target->name);
	put_text(csv, script == NULL ? "" : script->id);
	kbm_csv_word(csv, script == NULL ? "" : kbm_severity_name(script->severity));
	kbm_csv_word(csv, verdict);
	kbm_csv_word(csv, kind);
}

static void begin_outcome(struct kbm_csv *csv, const struct kbm_run *run,
			  const struct kbm_outcome *outcome, const char *kind)
{
	begin_row(csv, run, outcome->script, kbm_verdict_name(outcome->result->verdict), kind);
}

/* Of a script that has not run, or a verdict, there is nothing that was found. */
static void end_empty(struct kbm_csv *csv)
{
	enum { BEHIND_MESSAGE = 5 };
	for (size_t i = 0; i < BEHIND_MESSAGE; i++)
		kbm_csv_word(csv, "");
	kbm_csv_end(csv);
}

static void put_verdict(struct kbm_csv *csv, const struct kbm_run *run,
			const struct kbm_outcome *outcome)
{
	begin_outcome(csv, run, outcome, "verdict");
	kbm_csv_word(csv, "");
	put_text(csv, outcome->result->reason);
	end_empty(csv);
}

static void put_finding(struct kbm_csv *csv, const struct kbm_run *run,
			const struct kbm_outcome *outcome, const struct kbm_finding *finding)
{
	begin_outcome(csv, run, outcome, "finding");
	put_text(csv, finding->id);
	put_text(csv, finding->message);
	put_place(csv, &finding->place);
	put_text(csv, finding->found);
	put_text(csv, finding->expected);
	put_text(csv, finding->because);
	kbm_csv_word(csv, "");
	kbm_csv_end(csv);
}

static void put_observation(struct kbm_csv *csv, const struct kbm_run *run,
			    const struct kbm_outcome *outcome, const struct kbm_observation *row)
{
	begin_outcome(csv, run, outcome, "observation");
	kbm_csv_word(csv, "");
	put_text(csv, row->what);
	put_place(csv, &row->place);
	put_text(csv, row->found);
	put_text(csv, row->expected);
	put_text(csv, row->difference);
	put_text(csv, row->kb);
	kbm_csv_end(csv);
}

static void put_conflict(struct kbm_csv *csv, const struct kbm_run *run)
{
	begin_row(csv, run, NULL, "", "conflict");
	kbm_csv_word(csv, "");
	put_text(csv, run->conflict);
	end_empty(csv);
}

static void put_not_run(struct kbm_csv *csv, const struct kbm_run *run,
			const struct kbm_not_run *left)
{
	static const char *const request = "it runs on request only";
	struct kbm_bytes reason;
	kbm_bytes_init(&reason, KBM_TEXT_MAX_BYTES);
	if (left->lacks != NULL)
		kbm_bytes_printf(&reason, "it needs %s", left->lacks);
	begin_row(csv, run, left->script, "", "not run");
	kbm_csv_word(csv, "");
	put_text(csv, left->lacks == NULL ? request : kbm_bytes_text(&reason));
	end_empty(csv);
	kbm_bytes_clear(&reason);
}

bool kbm_report_run_csv(const struct kbm_run *run, struct kbm_bytes *out)
{
	struct kbm_csv csv = {.out = out};
	kbm_csv_header(out, "target,id,severity,verdict,row,finding,text,where,found,expected,"
			    "because,article");
	for (size_t i = 0; i < run->outcome_count; i++) {
		const struct kbm_outcome *outcome = &run->outcomes[i];
		put_verdict(&csv, run, outcome);
		for (size_t j = 0; j < outcome->result->finding_count; j++)
			put_finding(&csv, run, outcome, &outcome->result->findings[j]);
		for (size_t j = 0; j < outcome->result->observation_count; j++)
			put_observation(&csv, run, outcome, &outcome->result->observations[j]);
	}
	for (size_t i = 0; i < run->not_run_count; i++)
		put_not_run(&csv, run, &run->not_run[i]);
	if (run->conflict != NULL)
		put_conflict(&csv, run);
	return !out->failed;
}
