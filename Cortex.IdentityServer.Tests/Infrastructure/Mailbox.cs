using System.Text.RegularExpressions;
using MimeKit;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Reads the pickup folder as its users do: files of mails, by whom they are for and what they are about.</summary>
internal sealed partial class Mailbox(string folder)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Mails for an address, the oldest first; of one kind (<c>reset_password</c>), if one is named.</summary>
    public async Task<List<MimeMessage>> ForAsync(string email, string kind = "")
    {
        var mails = new List<MimeMessage>();
        if (!Directory.Exists(folder))
        {
            return mails;
        }

        foreach (var file in Directory.EnumerateFiles(folder, $"*{kind}*.eml").Order(StringComparer.Ordinal))
        {
            var mail = await MimeMessage.LoadAsync(file, TestContext.Current.CancellationToken);
            if (mail.To.Mailboxes.Any(to => to.Address.Equals(email, StringComparison.OrdinalIgnoreCase)))
            {
                mails.Add(mail);
            }
        }

        return mails;
    }

    /// <summary>The newest of at least so many, once they are there.</summary>
    public async Task<MimeMessage> WaitAsync(string email, string kind, int count = 1)
    {
        for (var waited = TimeSpan.Zero; waited < Timeout; waited += TimeSpan.FromMilliseconds(20))
        {
            if (await ForAsync(email, kind) is { } mails && mails.Count >= count)
            {
                return mails[^1];
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Fail(
            $"no {kind} for {email} among {string.Join(", ", Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(Path.GetFileName) : [])}");
        return null!;
    }

    /// <summary>The token in the link of the newest mail.</summary>
    public async Task<string> TokenAsync(string email, string kind, int count = 1) => TokenIn(await WaitAsync(email, kind, count));

    public static string TokenIn(MimeMessage mail) => Link().Match(mail.TextBody!).Groups["token"].Value;

    [GeneratedRegex(@"\?token=(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
