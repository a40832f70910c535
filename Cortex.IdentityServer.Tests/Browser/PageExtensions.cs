using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>Finds what people see on a page by its role and its text.</summary>
internal static class PageExtensions
{
    /// <summary>What a form says when the server can't be reached.</summary>
    public const string Unreachable = "The server can’t be reached. Check your connection and try again; what you entered is still here.";

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Button(this ILocator part, string name) => part.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Field(this IPage page, string label) => page.GetByLabel(label, new() { Exact = true });

    public static ILocator Field(this ILocator part, string label) => part.GetByLabel(label, new() { Exact = true });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public static ILocator Heading(this IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public static ILocator Modal(this IPage page, string title) => page.GetByRole(AriaRole.Dialog, new() { Name = title, Exact = true });

    /// <summary>The row of a table that contains a text.</summary>
    public static ILocator Row(this IPage page, string text) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    /// <summary>A part of the page with a heading of its own.</summary>
    public static ILocator Card(this IPage page, string title) => page.GetByRole(AriaRole.Region, new() { Name = title, Exact = true });

    public static Task ShouldBeVisibleAsync(this ILocator part) => Assertions.Expect(part).ToBeVisibleAsync();

    /// <summary>For what only screen readers say.</summary>
    public static Task ShouldBeAttachedAsync(this ILocator part) => Assertions.Expect(part).ToBeAttachedAsync();

    public static Task ShouldBeGoneAsync(this ILocator part) => Assertions.Expect(part).ToHaveCountAsync(0);

    public static Task ShouldSayAsync(this ILocator part, string text) => Assertions.Expect(part).ToContainTextAsync(text);

    public static Task ShouldHoldAsync(this ILocator field, string value) => Assertions.Expect(field).ToHaveValueAsync(value);

    /// <summary>Waits until the page has a path. (Playwright's <c>WaitForURLAsync</c> misses a navigation that ends while it begins to wait.)</summary>
    public static Task WaitForPathAsync(this IPage page, string path, float? milliseconds = null) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex($"^[a-z]+://[^/]+{Regex.Escape(path)}([?#].*)?$"), new() { Timeout = milliseconds });

    /// <summary>Waits until the address has a query that contains a text.</summary>
    public static Task WaitForQueryAsync(this IPage page, string text) => Assertions.Expect(page).ToHaveURLAsync(new Regex($@"\?.*{Regex.Escape(text)}"));

    /// <summary>Waits until the address ends with a text.</summary>
    public static Task WaitForEndOfAddressAsync(this IPage page, string text) => Assertions.Expect(page).ToHaveURLAsync(new Regex($"{Regex.Escape(text)}$"));

    /// <summary>Clicks something that downloads a file, and returns the file's name and text.</summary>
    public static async Task<(string Name, string Text)> DownloadAsync(this IPage page, ILocator button)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => button.ClickAsync());
        return (download.SuggestedFilename, await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
    }

    /// <summary>Has the browser refuse to copy, as it does at an address with plain http.</summary>
    public static Task RefuseCopyingAsync(this IPage page) =>
        page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError')); }");
}
