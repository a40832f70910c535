using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>
/// A person with a browser of their own. When they leave, the test fails if a page broke the Content-Security-Policy or Trusted Types, asked another origin,
/// threw an error, or kept a token or a key in an address or in storage.
/// </summary>
internal sealed class Visitor : IAsyncDisposable
{
    /// <summary>What must be in no address and in no storage: access tokens, refresh tokens, and API keys.</summary>
    private static readonly string[] Secrets = ["eyJ", "ctr_", "ctx_"];

    /// <summary>What is logged about responses with an error status, about lost scripts, and about plain HTTP, all of which tests cause on purpose.</summary>
    private static readonly string[] CausedOnPurpose = ["Failed to load resource", "ScriptError:", "The Cross-Origin-Opener-Policy header has been ignored"];

    private readonly IBrowserContext _context;
    private readonly Uri _origin;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _addresses = new();

    private Visitor(IBrowserContext context, Uri origin) => (_context, _origin) = (context, origin);

    public IBrowserContext Context => _context;

    /// <summary>Another site that links and buttons may lead to, such as the payment provider's. The pages themselves still must not ask it anything.</summary>
    public Uri? MayLeaveFor { get; set; }

    public static async Task<Visitor> ArriveAsync(
        ConsoleBrowser browser, Uri origin, string locale = "en-US", ColorScheme theme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        var context = await (await browser.GetAsync()).NewContextAsync(new()
        {
            BaseURL = origin.ToString(),
            Locale = locale,
            TimezoneId = "Europe/Berlin",
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new() { Width = width, Height = height },
            AcceptDownloads = true,
        });
        var visitor = new Visitor(context, origin);
        context.SetDefaultTimeout(30_000);
        context.SetDefaultNavigationTimeout(30_000);
        context.Request += (_, request) => visitor.OnRequest(request);
        context.WebError += (_, error) => visitor._complaints.Enqueue($"error on the page: {error.Error}");
        context.Console += (_, message) => visitor.OnConsole(message);
        await context.ExposeFunctionAsync("reportViolation", (string violation) => visitor._complaints.Enqueue($"policy violation: {violation}"));
        await context.AddInitScriptAsync("""
            addEventListener('securitypolicyviolation', event =>
                reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
            """);
        await SlowPages.ApplyAsync(context);
        return visitor;
    }

    /// <summary>Opens a page of the console in a new tab and waits until its heading is there.</summary>
    public async Task<IPage> OpenAsync(string path)
    {
        var page = await _context.NewPageAsync();
        await page.GotoAsync(path);
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        return page;
    }

    /// <summary>Logs in with the form, and waits for the page behind it.</summary>
    public async Task<IPage> LogInAsync(TestUser user, string path = "/")
    {
        var page = await OpenAsync(path);
        await page.GetByLabel("Email", new() { Exact = true }).FillAsync(user.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in", Exact = true }).ClickAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("^[a-z]+://[^/]+/login"));

        // The address changes before the page does.
        await page.Heading("Log in").ShouldBeGoneAsync();
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        return page;
    }

    /// <summary>Logs in without the form, for tests of the pages behind it.</summary>
    public async Task LogInQuietlyAsync(TestUser user, string? code = null)
    {
        var answer = await _context.APIRequest.PostAsync("/api/v1/auth/login?use_cookies=true", new()
        {
            DataObject = code is null
                ? new { email = user.Email, password = user.Password }
                : new { email = user.Email, password = user.Password, two_factor_code = code },
            Headers = new Dictionary<string, string> { ["Origin"] = _origin.GetLeftPart(UriPartial.Authority) },
        });
        Assert.True(answer.Ok, await answer.TextAsync());

        // The hint that there is a session, without which the console doesn't ask the server.
        var page = await _context.NewPageAsync();
        await page.GotoAsync("/health/live");
        await page.EvaluateAsync("localStorage.setItem('session', Date.now())");
        await page.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _context.Pages)
        {
            _addresses.Enqueue(page.Url);
        }

        var stored = await _context.StorageStateAsync();
        await _context.DisposeAsync();
        var kept = stored[stored.IndexOf("\"origins\"", StringComparison.Ordinal)..];
        Assert.DoesNotContain(Secrets, secret => kept.Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(_addresses, address => Secrets.Any(secret => address.Contains(secret, StringComparison.Ordinal)));
        Assert.Empty(_complaints);
    }

    private void OnRequest(IRequest request)
    {
        _addresses.Enqueue(request.Url);
        var url = new Uri(request.Url);
        var isVisit = url.Authority == MayLeaveFor?.Authority && request.IsNavigationRequest;
        if (url.Scheme is "http" or "https" && !url.Authority.Equals(_origin.Authority, StringComparison.Ordinal) && !isVisit)
        {
            _complaints.Enqueue($"request to another origin: {request.Url}");
        }
    }

    private void OnConsole(IConsoleMessage message)
    {
        if (message.Type == "error" && !CausedOnPurpose.Any(text => message.Text.StartsWith(text, StringComparison.Ordinal)))
        {
            _complaints.Enqueue($"logged on the page: {message.Text}");
        }
    }
}
