using System.Text.RegularExpressions;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Reads the emails in a pickup folder by recipient and kind.</summary>
internal sealed partial class Mailbox(string folder)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Returns the emails to an address, oldest first, of one kind (such as <c>reset_password</c>) if one is given.</summary>
    public async Task<List<MimeMessage>> ForAsync(string email, string kind = "")
    {
        var emails = new List<MimeMessage>();
        if (!Directory.Exists(folder))
        {
            return emails;
        }

        foreach (var file in Directory.EnumerateFiles(folder, $"*{kind}*.eml").Order(StringComparer.Ordinal))
        {
            var message = await MimeMessage.LoadAsync(file, TestContext.Current.CancellationToken);
            if (message.To.Mailboxes.Any(to => to.Address.Equals(email, StringComparison.OrdinalIgnoreCase)))
            {
                emails.Add(message);
            }
        }

        return emails;
    }

    /// <summary>Waits until there are at least <paramref name="count"/> emails, and returns the newest one.</summary>
    public async Task<MimeMessage> WaitAsync(string email, string kind, int count = 1)
    {
        for (var waited = TimeSpan.Zero; waited < Timeout; waited += TimeSpan.FromMilliseconds(20))
        {
            if (await ForAsync(email, kind) is { } emails && emails.Count >= count)
            {
                return emails[^1];
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Fail(
            $"no {kind} for {email} among {string.Join(", ", Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(Path.GetFileName) : [])}");
        return null!;
    }

    /// <summary>Returns the token in the link of the newest email.</summary>
    public async Task<string> TokenAsync(string email, string kind, int count = 1) => TokenIn(await WaitAsync(email, kind, count));

    public static string TokenIn(MimeMessage message) => Link().Match(message.TextBody!).Groups["token"].Value;

    [GeneratedRegex(@"\?token=(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
