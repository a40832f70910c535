using System.CommandLine;
using System.Diagnostics;
using Cortex.IdentityServer.Features.Admin.Import;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>import</c> creates accounts from a file with one JSON object per line.</summary>
internal static class ImportCommand
{
    private const string StandardInputName = "-";

    public static Command Create(Server server)
    {
        var file = new Argument<string>("file") { Description = "The file to import, or - for standard input" };
        var results = new Option<string?>("--results")
        {
            HelpName = "file",
            Description = "Write failed lines to this file, as JSON; an existing file is overwritten",
        };
        var environment = CommonOptions.Environment();
        var command = new Command("import", "Creates accounts for the users of another system, from one line of JSON per user.") { file, results, environment };
        command.SetAction(async (parsed, stop) =>
        {
            await using var input = OpenInput(parsed.GetRequiredValue(file));
            await using var failed = OpenResults(parsed.GetValue(results));
            return await server.RunCommandAsync(parsed.GetValue(environment), work => RunAsync(work, input, failed), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandContext work, Stream input, StreamWriter? results)
    {
        var display = IProgressDisplay.Choose();
        var view = new ImportView(input, display, results, TimeProvider.System);
        var importer = work.Services.GetRequiredService<UserImporter>();
        try
        {
            return await ReportAsync(await display.ShowAsync(
                "Import", report => importer.RunAsync(input, staff: null, result => view.Show(result, report), int.MaxValue, work.Stop)));
        }
        catch (OperationCanceledException) when (work.Stop.IsCancellationRequested)
        {
            await Console.Out.WriteLineAsync($"Interrupted after {ImportView.Text(view.Counts)}. Accounts that were created are kept.");
            return ExitCode.Interrupted;
        }
        catch (IOException failure)
        {
            throw new CommandFailedException(
                $"The import stopped after {ImportView.Text(view.Counts)}, because a file can't be read or written; accounts that were created "
                    + $"are kept: {failure.Message}",
                failure);
        }
    }

    private static async Task<int> ReportAsync(ImportResult result)
    {
        await Console.Out.WriteLineAsync($"{ImportView.Text(result.Counts)}.");
        return result switch
        {
            ImportResult.Aborted aborted => throw new CommandFailedException(
                $"Stopped at line {aborted.Line}; accounts that were created are kept: {aborted.Refusal.Detail}"),
            ImportResult.Complete { Counts.Failed: 0 } => ExitCode.Done,
            ImportResult.Complete => ExitCode.SomeFailed,
            _ => throw new UnreachableException(),
        };
    }

    private static Stream OpenInput(string name)
    {
        try
        {
            return name == StandardInputName
                ? StandardInput.Open()
                : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandFailedException($"The file to import can't be read: {failure.Message}", failure);
        }
    }

    private static StreamWriter? OpenResults(string? name)
    {
        try
        {
            // The file is opened for exclusive access, so that it can't be the one that is being imported.
            return name is null ? null : new StreamWriter(new FileStream(name, FileMode.Create, FileAccess.Write, FileShare.None));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CommandFailedException($"The file given with --results can't be written: {failure.Message}", failure);
        }
    }
}
