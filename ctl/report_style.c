/*
 * report_style.c - the style of a report and of its plots, in one place; see report_parts.h.
 *
 * Colours are written out for each class, and once more for dark: drawing programs that turn an SVG
 * file into a picture know neither variables nor @media, and so get the light ones. On paper it is
 * always light. Lightness and patterns tell series apart; all colours are of one hue but for
 * `held`.
 */
#include "ctl/report_parts.h"

static const char plots[] =
	"text{font:12px Inter,system-ui,'Noto Sans','Noto Sans CJK SC','WenQuanYi Micro Hei',"
	"'DejaVu Sans',sans-serif;fill:#13222d}"
	".m{fill:#4c5f6c}.h{font-size:16px;font-weight:600}.strong{font-weight:600}"
	".start{text-anchor:start}.mid{text-anchor:middle}.end{text-anchor:end}"
	".halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
	".ground{fill:#fff}.grid{stroke:#dfe7ec}.axis{stroke:#4c5f6c}"
	".grid,.axis,.moment,.mark,.lmark,.l0,.l1,.l2,.l3{fill:none}"
	".moment{stroke:#13222d;stroke-dasharray:2 3}.mark,.lmark{stroke:#13222d;stroke-width:2}"
	".tip{fill:transparent}"
	".n0{fill:#08344f}.n1{fill:#125a87}.n2{fill:#3582b3}.n3{fill:#62a4cd}.n4{fill:#90c0de}"
	".n5{fill:#bcdaeb}"
	".paid{fill:#0b5f8a}.free{fill:#cfe0ea}.pb{fill:#f4f7f9}.pl{fill:none;stroke:#8a5300;"
	"stroke-width:1.6}.back{fill:#6b7f8c}"
	".l0,.l1,.l2,.l3{stroke:#0b5f8a;stroke-width:1.6;stroke-linejoin:round}"
	".l0{stroke-width:2.6}.l1{stroke-dasharray:7 3}.l2{stroke-dasharray:2 2}"
	".l3{stroke:#6b7f8c;stroke-width:1}";

static const char dark_plots[] =
	"text{fill:#e7eff4}.m{fill:#a3b6c3}.halo{stroke:#14202a}.ground{fill:#14202a}"
	".grid{stroke:#263641}.axis{stroke:#a3b6c3}.moment,.mark,.lmark{stroke:#e7eff4}"
	".n0{fill:#e3f3fc}.n1{fill:#b3dcf3}.n2{fill:#7fc2e8}.n3{fill:#489ccb}.n4{fill:#27709c}"
	".n5{fill:#1d4a66}"
	".paid{fill:#62c3f2}.free{fill:#2c4456}.pb{fill:#1b2a35}.pl{stroke:#f2bf68}"
	".back{fill:#8fa3b0}.l0,.l1,.l2{stroke:#8ad4f8}.l3{stroke:#8fa3b0}";

static const char page[] =
	":root{color-scheme:light dark}*{box-sizing:border-box}"
	"body{margin:0;background:#eef3f6;color:#13222d;font:16px/1.5 Inter,system-ui,'Noto Sans',"
	"'Noto Sans CJK SC','WenQuanYi Micro Hei','DejaVu Sans',sans-serif;"
	"font-variant-numeric:tabular-nums}"
	"main{max-width:860px;margin:0 auto;padding:32px 16px 48px}"
	"h1{font-size:30px;line-height:1.2;margin:0}h2{font-size:19px;margin:0 0 2px}"
	"p{margin:0}.soft{color:#4c5f6c}.soft,.notes{font-size:14px}"
	"section,.verdict,.tile{background:#fff;border:1px solid #d3dde4;border-radius:10px}"
	"section{padding:20px;margin-top:16px}"
	".verdict{display:flex;gap:14px;align-items:center;padding:14px 20px;margin-top:20px;"
	"border-left:6px solid #0d6b52}.verdict.bad{border-left-color:#a12319}"
	".sign{font-size:28px;line-height:1;color:#0d6b52}.bad .sign{color:#a12319}"
	".verdict strong{font-size:18px}"
	".tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin-top:12px}"
	".tile{padding:14px 18px}.tile b{display:block;font-size:27px;line-height:1.25;"
	"font-weight:600}"
	".plot{display:block;width:100%;height:auto;margin-top:12px}"
	"table{width:100%;border-collapse:collapse;margin-top:14px;font-size:14px}"
	"th,td{padding:5px 8px;text-align:right;border-top:1px solid #e3eaef}"
	"th{font-weight:600;color:#4c5f6c;border-top:0;vertical-align:bottom}"
	"th.w,td.w{text-align:left}td:first-child,th:first-child{padding-left:0}"
	"td:last-child,th:last-child{padding-right:0}.wrap{overflow-x:auto}"
	"ul{margin:6px 0 0;padding-left:20px}"
	"@media(max-width:640px){.tiles{grid-template-columns:repeat(2,1fr)}"
	"h1{font-size:24px}section{padding:14px}}";

static const char dark_page[] =
	"body{background:#0c141a;color:#e7eff4}.soft,th{color:#a3b6c3}"
	"section,.verdict,.tile{background:#14202a;border-color:#2b3b47}"
	".verdict{border-left-color:#6fd8b4}.verdict.bad{border-left-color:#ff9d91}"
	".sign{color:#6fd8b4}.bad .sign{color:#ff9d91}th,td{border-top-color:#24333e}";

static const char paper[] =
	"@media print{@page{margin:14mm}body{background:#fff;font-size:12px}"
	"main{max-width:none;padding:0}section,.tile,.verdict{break-inside:avoid}"
	"section{padding:12px}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

void report_plot_style(FILE *file)
{
	fprintf(file, "%s@media screen and (prefers-color-scheme:dark){%s}", plots, dark_plots);
}

void report_page_style(FILE *file)
{
	fprintf(file, "%s%s@media screen and (prefers-color-scheme:dark){%s%s}%s", page, plots,
		dark_page, dark_plots, paper);
}
