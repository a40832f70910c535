using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>An export lasts as long as its client reads, and its caller may lose the right to it before it ends.</summary>
public sealed class ExportAuthorizationTests(ManyUsersApp app) : IClassFixture<ManyUsersApp>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("support", "forbidden")]
    [InlineData("admin", "forbidden")]
    [InlineData("support", "account_disabled")]
    [InlineData("support", "session_revoked")]
    public async Task An_export_is_aborted_when_its_caller_loses_the_right_midway(string role, string code)
    {
        var admin = await app.AdminAsync();
        var staff = await app.SignUpStaffAsync(role);
        using var slow = app.SlowClient(staff.Http);
        using var response = await slow.GetAsync(Administrators.Users + "/export", HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.NotNull(await reader.ReadLineAsync(Cancel));

        await admin.Http.RemoveRightAsync(staff.User.Id, code);
        var lines = 1;
        var end = await Record.ExceptionAsync(async () =>
        {
            while (await reader.ReadLineAsync(Cancel) is not null)
            {
                lines++;
            }
        });

        Assert.IsType<IOException>(end, exactMatch: false);
        Assert.InRange(lines, 1, ManyUsersApp.UserCount - 1);
        Assert.Contains($"staff member {staff.User.Id} is no longer authorized ({code})", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_client_whose_caller_keeps_the_right_gets_everything()
    {
        var staff = await app.SupportAsync();
        using var slow = app.SlowClient(staff.Http);

        var text = await slow.GetStringAsync(Administrators.Users + "/export?email=1", Cancel);

        Assert.Equal((long)text.Count(letter => letter == '\n'), await app.SqlAsync("SELECT count(*) FROM users WHERE starts_with(email, '1')"));
    }
}
