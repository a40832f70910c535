using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>An export lasts as long as its client reads, and the right to it may not last that long.</summary>
public sealed class ExportRightTests(CrowdedApp app) : IClassFixture<CrowdedApp>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("support", "forbidden")]
    [InlineData("admin", "forbidden")]
    [InlineData("support", "account_disabled")]
    [InlineData("support", "session_revoked")]
    public async Task Who_loses_the_right_midway_gets_no_end(string role, string code)
    {
        var admin = await app.AdminAsync();
        var staff = await app.SignedInStaffAsync(role);
        using var slow = app.Slow(staff.Tokens.AccessToken);
        using var response = await slow.GetAsync(Administrators.Users + "/export", HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.NotNull(await reader.ReadLineAsync(Cancel));

        await admin.Http.TakeRightAsync(staff.User.Id, code);
        var lines = 1;
        var end = await Record.ExceptionAsync(async () =>
        {
            while (await reader.ReadLineAsync(Cancel) is not null)
            {
                lines++;
            }
        });

        Assert.IsType<IOException>(end, exactMatch: false);
        Assert.InRange(lines, 1, CrowdedApp.Crowd - 1);
        Assert.Contains($"staff member {staff.User.Id} is no longer authorized ({code})", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_reads_slowly_and_keeps_the_right_gets_all()
    {
        var staff = await app.SupportAsync();
        using var slow = app.Slow(staff.Tokens.AccessToken);

        var text = await slow.GetStringAsync(Administrators.Users + "/export?email=1", Cancel);

        Assert.Equal((long)text.Count(letter => letter == '\n'), await app.SqlAsync("SELECT count(*) FROM users WHERE starts_with(email, '1')"));
    }
}
