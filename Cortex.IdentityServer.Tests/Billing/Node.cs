using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Contract;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Runs the scripts in <c>Billing/Sdk</c> with Node.js and the packages that its lock file names, which are installed once.</summary>
internal static class Node
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromMinutes(5);

    private static readonly string Source = Path.Combine(Document.Repository, "Cortex.IdentityServer.Tests", "Billing", "Sdk");

    private static readonly Lazy<Task> Installation = new(InstallAsync);

    /// <summary>Where the scripts and packages are.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "polar-sdk");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Runs a script with JSON on its standard input and returns the JSON that it prints. It skips the test if Node.js isn't installed.</summary>
    public static async Task<JsonElement> RunAsync<T>(string script, T input)
    {
        await EnsureInstalledAsync();
        var (code, output, errors) = await RunProgramAsync("node", [script], JsonSerializer.Serialize(input), ScriptTimeout, Ct);
        Assert.True(code == 0, $"{script} failed:\n{output}\n{errors}");
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>Checks a TypeScript module that uses the packages, and returns the compiler's errors; empty if there are none.</summary>
    public static async Task<string> CompileAsync(string module)
    {
        await EnsureInstalledAsync();
        var file = Path.Combine(Folder, $"check-{Guid.NewGuid():N}.mts");
        await File.WriteAllTextAsync(file, module, Ct);
        try
        {
            string[] arguments =
            [
                Path.Combine("node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module",
                "nodenext", "--pretty", "false", file,
            ];
            var (code, output, errors) = await RunProgramAsync("node", arguments, "", ScriptTimeout, Ct);
            Assert.Equal("", errors);
            return code == 0 ? "" : output;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task EnsureInstalledAsync()
    {
        Assert.SkipUnless(IsInstalled("node"), "node is not installed");
        Assert.SkipUnless(IsInstalled("npm"), "npm is not installed");
        await Installation.Value.WaitAsync(Ct);
    }

    /// <summary>Copies the scripts, and installs the packages unless an earlier run has installed the same ones.</summary>
    private static async Task InstallAsync()
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.EnumerateFiles(Source))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        }

        var installed = Path.Combine(Folder, "installed");
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Source, "package-lock.json"))));
        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed) != wanted)
        {
            string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            var (code, output, errors) = await RunProgramAsync("npm", arguments, "", InstallTimeout, CancellationToken.None);
            Assert.True(code == 0, $"npm ci failed:\n{output}\n{errors}");
            await File.WriteAllTextAsync(installed, wanted);
        }
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<(int Code, string Output, string Errors)> RunProgramAsync(
        string program, string[] arguments, string input, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = Folder,
        };
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken).WaitAsync(timeout, cancellationToken);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
