using Cortex.IdentityServer.Tests.Admin.Users;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Admin.Import.ImportSteps;

namespace Cortex.IdentityServer.Tests.Admin.Import;

/// <summary>An import may last as long as its client likes, and the right to it may not last that long.</summary>
public sealed class ImportRightTests(ImportApp app) : IClassFixture<ImportApp>
{
    /// <summary>What is inserted at a time, and needn't wait for more lines.</summary>
    private const int Batch = 500;

    public static TheoryData<string> Losses => ["forbidden", "account_disabled", "session_revoked"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Who_loses_the_right_midway_imports_no_further_line(string code)
    {
        var admin = await app.AdminAsync();
        var staff = await app.SignedInStaffAsync();
        using var client = await ImportConnection.OpenAsync(app, staff.Tokens);
        await SendBatchAsync(client, $"before-{code}-");

        await admin.Http.TakeRightAsync(staff.User.Id, code);
        await client.SendAsync(Lines($"after-{code}-", 2 * Batch));
        await client.EndAsync();
        var answers = await client.ReadToEndAsync();

        Assert.Empty(answers.Results);
        Assert.Equal((code, Batch + 1), (answers.Error.GetProperty("code").GetString(), answers.Error.GetProperty("line").GetInt32()));
        Assert.NotEmpty(answers.Error.GetProperty("detail").GetString()!);
        Assert.Equal((long)Batch, await MadeAsync($"before-{code}-"));
        Assert.Equal(0L, await MadeAsync($"after-{code}-"));
        Assert.Equal(
            $"failure: {code}, 500 of 500",
            await app.SqlAsync(
                "SELECT outcome || ': ' || (details->>'ended') || ', ' || (details->>'created') || ' of ' || (details->>'lines') FROM audit_events WHERE "
                    + "action = 'users.imported' AND actor_id = $1",
                staff.User.Id));
    }

    /// <remarks>A file of bad lines makes nothing, and its results are an answer all the same.</remarks>
    [Fact]
    public async Task Bad_lines_are_not_answered_either()
    {
        var admin = await app.AdminAsync();
        var staff = await app.SignedInStaffAsync();
        using var client = await ImportConnection.OpenAsync(app, staff.Tokens);
        await SendBatchAsync(client, "before-bad-");

        await admin.Http.TakeRightAsync(staff.User.Id, "forbidden");
        await client.SendAsync("0");
        await client.EndAsync();
        var answers = await client.ReadToEndAsync();

        Assert.Empty(answers.Results);
        Assert.Equal("forbidden", answers.Error.GetProperty("code").GetString());
    }

    /// <summary>Sends so many lines and reads what became of them.</summary>
    private static async Task SendBatchAsync(ImportConnection client, string prefix)
    {
        await client.SendAsync(Lines(prefix, Batch));
        for (var created = 0; created < Batch;)
        {
            created += ImportAnswers.IsCreated((await client.ReadAsync())!.Value) ? 1 : 0;
        }

        Assert.True((await client.ReadAsync())!.Value.TryGetProperty("progress", out _));
    }

    private async Task<object?> MadeAsync(string prefix) => await app.SqlAsync("SELECT count(*) FROM users WHERE starts_with(email, $1)", prefix);
}
