using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>What staff do on many pages: they arrive logged in, confirm questions, and save files.</summary>
internal static class StaffVisits
{
    /// <summary>Opens a browser in which the administrator or supporter is logged in.</summary>
    public static async Task<Visitor> VisitAsync(this SceneApp app, ConsoleBrowser browser, TwoFactorUser staff)
    {
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        await visitor.LogInQuietlyAsync(staff.User, app.NextCode(staff));
        return visitor;
    }

    public static ILocator Heading(this IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    /// <summary>Presses a button that asks first, and confirms. <paramref name="action"/> is the confirming button if it has another name.</summary>
    public static async Task ConfirmAsync(this IPage page, string button, string? action = null)
    {
        await page.Button(button).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = action ?? button, Exact = true }).ClickAsync();
    }

    public static Task ShouldSayAsync(this IPage page, string text) => Assertions.Expect(page.GetByText(text).First).ToBeVisibleAsync();

    /// <summary>The browser's dialog for files can't be operated without a screen. Without it, the console saves files as ordinary downloads.</summary>
    public static Task HideFileDialogAsync(this Visitor visitor) => visitor.Context.AddInitScriptAsync("delete globalThis.showSaveFilePicker");

    /// <summary>Has the browser's dialog for files choose a real file in the page's private storage, to which the console then streams.</summary>
    public static Task ChooseFilesAsync(this Visitor visitor) => visitor.Context.AddInitScriptAsync(
        "globalThis.showSaveFilePicker = async ({ suggestedName }) =>"
            + " (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })");

    /// <summary>Reads a file that was saved with <see cref="ChooseFilesAsync"/>.</summary>
    public static Task<string> ReadChosenFileAsync(this IPage page, string name) => page.EvaluateAsync<string>(
        "async name => (await (await (await navigator.storage.getDirectory()).getFileHandle(name)).getFile()).text()", name);
}
