using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>Reads lists of users page by page, as a client does.</summary>
internal static class UserLists
{
    public static async Task<JsonElement> PageAsync(this HttpClient admin, string query) =>
        await (await admin.GetAsync($"{Administrators.Users}?{query}")).JsonAsync(HttpStatusCode.OK);

    /// <summary>Reads all pages and returns the emails in order.</summary>
    public static async Task<List<string>> WalkAsync(this HttpClient admin, string query)
    {
        var emails = new List<string>();
        string? cursor = null;
        do
        {
            var page = await admin.PageAsync(query + (cursor is null ? "" : "&cursor=" + cursor));
            emails.AddRange(page.Emails());
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return emails;
    }

    public static IEnumerable<string> Emails(this JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(user => user.GetProperty("email").GetString()!);
}
