using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>Outside Production, the server generates missing secrets once and keeps them.</remarks>
public sealed class LocalFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Secrets_are_generated_once_and_kept()
    {
        var first = Read();
        var second = Read();

        Assert.True(first.Signing.SharedSecrets[0].Length >= 32);
        Assert.True(first.Secrets.SecretKeys[0].Length >= 32);
        Assert.NotEqual(first.Signing.SharedSecrets[0], first.Secrets.SecretKeys[0]);
        Assert.Equal(first.Signing.SharedSecrets[0], second.Signing.SharedSecrets[0]);
        Assert.Equal(first.Secrets.SecretKeys[0], second.Secrets.SecretKeys[0]);
    }

    [Fact]
    public void Only_the_owner_can_read_a_secret()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files have no Unix mode");
        Read();

        var files = Directory.GetFiles(_folder);
        Assert.Equal(["jwt_secret_key", "secret_key"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file));
        }
    }

    /// <remarks>The folder also holds a lock that would keep the server from starting if another local user took it.</remarks>
    [Theory]
    [InlineData("755")]
    [InlineData("777")]
    [InlineData("700")]
    public void A_folder_that_others_could_enter_becomes_private(string mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files have no Unix mode");
        var folder = Path.Combine(_folder, "kept");
        foreach (var exists in new[] { false, true })
        {
            if (exists)
            {
                SetMode(folder, mode);
            }

            Variables.Read(("CORTEX_DATA", folder), ("JWT_SECRET_KEY", null), ("SECRET_KEY", null));

            // When root runs the server, PostgreSQL's account traverses the folder.
            Assert.Equal(Environment.IsPrivilegedProcess && !(exists && mode == "700") ? "711" : "700", ModeOf(folder));
        }
    }

    [Fact]
    public void A_shared_folder_with_other_files_is_refused_and_left_unchanged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files have no Unix mode");
        File.WriteAllText(Path.Combine(_folder, "somebody's"), "");
        SetMode(_folder, "777");

        var line = Assert.Single(Variables.Refusal(Environments.Development, ("CORTEX_DATA", _folder), ("SECRET_KEY", null), ("JWT_SECRET_KEY", null)));

        Assert.StartsWith("CORTEX_DATA must be a folder", line, StringComparison.Ordinal);
        Assert.Equal("777", ModeOf(_folder));
    }

    [Fact]
    public async Task Sixteen_servers_that_start_together_agree_on_one_secret()
    {
        using var start = new Barrier(16);
        var read = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return Read();
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Single(read.Select(settings => Convert.ToHexString(settings.Signing.SharedSecrets[0])).Distinct());
        Assert.Single(read.Select(settings => Convert.ToHexString(settings.Secrets.SecretKeys[0])).Distinct());
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void A_start_killed_while_it_generates_a_secret_does_not_prevent_the_next()
    {
        File.WriteAllText(Path.Combine(_folder, "secret_key.lock"), "");
        File.WriteAllText(Path.Combine(_folder, "secret_key.new"), "half a sec");

        var secret = Read().Secrets.SecretKeys[0];

        Assert.Equal(64, secret.Length);
        Assert.Equal(secret, Read().Secrets.SecretKeys[0]);
        Assert.Equal(["jwt_secret_key", "secret_key"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_configured_secret_creates_no_file()
    {
        Variables.Read(("CORTEX_DATA", _folder));

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void No_unused_secret_is_generated()
    {
        Variables.Read(("CORTEX_DATA", _folder), ("JWT_ALGORITHM", "ES256"), ("JWT_SECRET_KEY", null));

        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    public void A_damaged_secret_file_is_not_used(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "secret_key"), text);

        var lines = Variables.Refusal(Environments.Development, ("CORTEX_DATA", _folder), ("SECRET_KEY", null));

        Assert.StartsWith("CORTEX_DATA contains a damaged secret", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_one_line()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var lines = Variables.Refusal(Environments.Development, ("CORTEX_DATA", file), ("JWT_SECRET_KEY", null));

        Assert.StartsWith("CORTEX_DATA must be a folder", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static string ModeOf(string path) => OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private static void SetMode(string path, string mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        }
    }

    private ReadSettings Read() => Variables.Read(("CORTEX_DATA", _folder), ("JWT_SECRET_KEY", null), ("SECRET_KEY", null));
}
