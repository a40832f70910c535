using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Admin.Import.ImportSteps;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>An import lasts as long as its client sends, and its caller may lose the right to it before it ends.</summary>
public sealed class ImportAuthorizationTests(ImportApp app) : IClassFixture<ImportApp>
{
    /// <summary>The number of lines that the server inserts at once, without waiting for more.</summary>
    private const int Batch = 500;

    public static TheoryData<string> Losses => ["forbidden", "account_disabled", "session_revoked"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task No_further_line_is_imported_after_the_caller_loses_the_right(string code)
    {
        var admin = await app.AdminAsync();
        var staff = await app.SignUpStaffAsync();
        using var client = await ImportConnection.OpenAsync(app, staff.Tokens);
        await SendBatchAsync(client, $"before-{code}-");

        await admin.Http.RemoveRightAsync(staff.User.Id, code);
        await client.SendAsync(Lines($"after-{code}-", 2 * Batch));
        await client.EndAsync();
        var answers = await client.ReadToEndAsync();

        Assert.Empty(answers.Results);
        Assert.Equal((code, Batch + 1), (answers.Error.GetProperty("code").GetString(), answers.Error.GetProperty("line").GetInt32()));
        Assert.NotEmpty(answers.Error.GetProperty("detail").GetString()!);
        Assert.Equal((long)Batch, await CountUsersAsync($"before-{code}-"));
        Assert.Equal(0L, await CountUsersAsync($"after-{code}-"));
        Assert.Equal(
            $"failure: {code}, 500 of 500",
            await app.SqlAsync(
                "SELECT outcome || ': ' || (details->>'ended') || ', ' || (details->>'created') || ' of ' || (details->>'lines') FROM audit_events WHERE "
                    + "action = 'users.imported' AND actor_id = $1",
                staff.User.Id));
    }

    /// <remarks>Invalid lines create no account, but their results would still reveal something.</remarks>
    [Fact]
    public async Task Invalid_lines_get_no_results_either()
    {
        var admin = await app.AdminAsync();
        var staff = await app.SignUpStaffAsync();
        using var client = await ImportConnection.OpenAsync(app, staff.Tokens);
        await SendBatchAsync(client, "before-bad-");

        await admin.Http.RemoveRightAsync(staff.User.Id, "forbidden");
        await client.SendAsync("0");
        await client.EndAsync();
        var answers = await client.ReadToEndAsync();

        Assert.Empty(answers.Results);
        Assert.Equal("forbidden", answers.Error.GetProperty("code").GetString());
    }

    /// <summary>Sends a batch of lines and reads their results.</summary>
    private static async Task SendBatchAsync(ImportConnection client, string prefix)
    {
        await client.SendAsync(Lines(prefix, Batch));
        for (var created = 0; created < Batch;)
        {
            created += ImportAnswers.IsCreated((await client.ReadAsync())!.Value) ? 1 : 0;
        }

        Assert.True((await client.ReadAsync())!.Value.TryGetProperty("progress", out _));
    }

    private async Task<object?> CountUsersAsync(string prefix) => await app.SqlAsync("SELECT count(*) FROM users WHERE starts_with(email, $1)", prefix);
}
