using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Mail;

/// <summary>A development server with its own pickup folder.</summary>
public sealed class PickupApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public string Folder { get; } = Path.Combine(Directory.CreateTempSubdirectory("cx-").FullName, "mail");

    protected override IEnumerable<(string Name, string Value)> Settings => [("CORTEX_DATA", Path.GetDirectoryName(Folder)!)];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
    }
}

/// <remarks>Outside Production and without SMTP_URL, emails are written to files in a pickup folder, and the log names each file.</remarks>
public sealed class PickupTests(PickupApp app) : IClassFixture<PickupApp>
{
    private readonly Mailbox _mailbox = new(app.Folder);

    /// <remarks>The log names the file, but contains neither the address nor the token.</remarks>
    [Fact]
    public async Task The_log_names_the_file_of_each_email()
    {
        var user = await app.RegisterAsync();
        var mail = await _mailbox.WaitAsync(user.Email, "verify_email");

        await OutboxSteps.UntilAsync("a line in the log", () => app.Log.Contains($"user {user.Id}: {app.Folder}", StringComparison.Ordinal));
        var line = Assert.Single(app.Log.Split('\n'), line => line.Contains($"{user.Id}: {app.Folder}", StringComparison.Ordinal));
        var path = line[line.IndexOf(app.Folder, StringComparison.Ordinal)..].Trim();
        Assert.Contains(Mailbox.TokenIn(mail), await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain(user.Email, app.Log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Mailbox.TokenIn(mail), app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_email_is_lost_if_the_folder_cannot_be_written_to()
    {
        if (Directory.Exists(app.Folder))
        {
            Directory.Delete(app.Folder, recursive: true);
        }

        // A file in place of the folder also stops root, which ignores permissions.
        await File.WriteAllTextAsync(app.Folder, "", TestContext.Current.CancellationToken);
        var user = await app.RegisterAsync();
        await app.AdvanceUntilAsync(
            "two attempts", () => app.Log.Split('\n').Count(line => line.StartsWith("Error: The email could not be written", StringComparison.Ordinal)) >= 2);
        Assert.Equal(1, await app.CountQueuedAsync());

        File.Delete(app.Folder);
        await app.AdvanceUntilAsync("an email", () => Directory.Exists(app.Folder) && Directory.EnumerateFiles(app.Folder, "*.eml").Any());
        await _mailbox.WaitAsync(user.Email, "verify_email");
        Assert.Single(await _mailbox.ForAsync(user.Email));
        Assert.Empty(Directory.EnumerateFiles(app.Folder, "*.part"));
    }
}
