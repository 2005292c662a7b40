using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastFence.Tests.Telemetry;
using FastFence.Tool.Pages;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The report's page in a real browser: what it looks like, not what its text says.</summary>
public sealed partial class BrowserTests : IDisposable
{
    private const int Wide = 1120;
    private const int Narrow = 520;

    // Looks at the page as it is laid out, and writes what is wrong with it behind it.
    private const string Inspection = """
        <script>
        const found = [];
        const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
        const light = c => { const m = c.match(/[\d.]+/g).map(Number); return 0.2126 * channel(m[0]) + 0.7152 * channel(m[1]) + 0.0722 * channel(m[2]); };
        const contrast = (a, b) => { const x = light(a), y = light(b); return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
        const page = getComputedStyle(document.body).backgroundColor;
        const need = (element, color, behind, least) => {
          const c = contrast(color, behind);
          if (c < least) found.push(`contrast ${c.toFixed(1)} of ${element.tagName} ${element.getAttribute('class')} '${element.textContent.slice(0, 20)}'`);
        };
        for (const e of document.querySelectorAll('h1, h2, p, th, td, figcaption, .tiles b, .tiles span')) {
          const tile = e.closest('.tiles li');
          need(e, getComputedStyle(e).color, tile ? getComputedStyle(tile).backgroundColor : page, 4.5);
        }
        for (const e of document.querySelectorAll('.tick')) need(e, getComputedStyle(e).fill, page, 4.5);
        for (const e of document.querySelectorAll('.lifetext')) need(e, getComputedStyle(e).fill, getComputedStyle(e.previousElementSibling).fill, 4.5);
        for (const e of document.querySelectorAll('.line')) need(e, getComputedStyle(e).stroke, page, 3);
        for (const e of document.querySelectorAll('.bar')) need(e, getComputedStyle(e).fill, page, 3);
        for (const svg of document.querySelectorAll('svg')) {
          const box = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
          for (const [text, r] of texts) {
            if (r.width < 2) found.push(`no room for '${text}'`);
            if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1) found.push(`'${text}' leaves its picture`);
          }
          texts.forEach(([a, r], i) => texts.slice(i + 1).forEach(([b, q]) => {
            if (r.left < q.right - 0.5 && q.left < r.right - 0.5 && r.top < q.bottom - 2 && q.top < r.bottom - 2) found.push(`'${a}' runs into '${b}'`);
          }));
        }
        if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide where ${innerWidth} are`);
        const pre = document.createElement('pre');
        pre.id = 'found';
        pre.textContent = JSON.stringify({ page, ink: getComputedStyle(document.body).color, texts: document.querySelectorAll('svg text').length, found });
        document.body.append(pre);
        </script>
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, Wide)]
    [InlineData(true, Wide)]
    [InlineData(false, Narrow)]
    public void ThePageIsReadableInLightAndDarkAndOnANarrowScreen(bool dark, int width)
    {
        (string page, int texts, string[] found) = Inspect(ReportPage.Of(SampleRun.Make(), "run.json"), dark, width);
        Assert.Empty(found);
        Assert.InRange(texts, 100, int.MaxValue);
        Assert.Equal(dark ? "rgb(13, 13, 13)" : "rgb(249, 249, 247)", page);
    }

    [Theory]
    [InlineData("--ink3: #6f6e69", "--ink3: #c0c0c0", "contrast")]
    [InlineData("text-anchor: end", "text-anchor: start", "runs into|leaves its picture")]
    [InlineData("max-width: 1088px", "width: 3000px; max-width: 3000px", "wide where")]
    [InlineData("font-size: 12px; fill", "font-size: 40px; fill", "runs into")]
    public void AnIllReadablePageIsFound(string good, string bad, string says)
    {
        string page = ReportPage.Of(SampleRun.Make(), "run.json");
        Assert.Contains(good, page, StringComparison.Ordinal);
        (_, _, string[] found) = Inspect(page.Replace(good, bad, StringComparison.Ordinal), dark: false, Wide);
        Assert.Contains(found, f => Regex.IsMatch(f, says));
    }

    [Fact]
    public void ThePageNeedsNothingThatItsOwnPolicyForbids()
    {
        string page = ReportPage.Of(SampleRun.Make(), "run.json");
        Assert.Empty(Complaints(page));
        Assert.NotEmpty(Complaints(page.Replace("</body>", "<img src=\"https://localhost/a.png\"></body>", StringComparison.Ordinal))); // the control
    }

    [Fact]
    public void OnPaperItIsSomePagesOfA4()
    {
        string pdf = Path.Combine(_folder, "report.pdf");
        Browse(Write(ReportPage.Of(SampleRun.Make(), "run.json")), "--no-pdf-header-footer", $"--print-to-pdf={pdf}");
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(pdf));
        Assert.StartsWith("%PDF-", text, StringComparison.Ordinal);
        Assert.InRange(PdfPage().Count(text), 1, 6);
        Assert.All(MediaBox().Matches(text), static m => Assert.Equal((595, 842), (Points(m.Groups[1]), Points(m.Groups[2]))));
        Assert.NotEmpty(MediaBox().Matches(text));
    }

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)")]
    private static partial Regex PdfPage();

    [GeneratedRegex(@"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]")]
    private static partial Regex MediaBox();

    [GeneratedRegex("<pre id=\"found\">(.*)</pre>")]
    private static partial Regex Found();

    private static int Points(Group group) => (int)Math.Round(double.Parse(group.Value, CultureInfo.InvariantCulture));

    private (string Page, int Texts, string[] Found) Inspect(string html, bool dark, int width)
    {
        string open = html.Replace("default-src 'none'", "script-src 'unsafe-inline'", StringComparison.Ordinal).Replace("</body>", Inspection + "</body>", StringComparison.Ordinal);
        string dom = Browse(Write(open), $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}", $"--window-size={width},2000", "--dump-dom");
        Match match = Found().Match(dom);
        Assert.True(match.Success, "the inspection did not run");
        JsonElement found = JsonDocument.Parse(System.Net.WebUtility.HtmlDecode(match.Groups[1].Value)).RootElement;
        return (found.GetProperty("page").GetString()!, found.GetProperty("texts").GetInt32(), [.. found.GetProperty("found").EnumerateArray().Select(static f => f.GetString()!)]);
    }

    private string[] Complaints(string html)
    {
        string log = Path.Combine(_folder, "browser.log");
        File.Delete(log);
        Browse(Write(html), "--enable-logging", $"--log-file={log}", "--dump-dom");
        return [.. File.ReadAllLines(log).Where(static l => l.Contains("CONSOLE", StringComparison.Ordinal))];
    }

    private string Write(string html)
    {
        string path = Path.Combine(_folder, "report.html");
        File.WriteAllText(path, html);
        return path;
    }

    // Without a sandbox: it needs rights that a build machine's container does not give, and the page is our own.
    private string Browse(string path, params string[] options) => ForeignTool.Read("chromium", "chromium", null,
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", $"--user-data-dir={Path.Combine(_folder, "profile")}", .. options, $"file://{path}"]);
}
