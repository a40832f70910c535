using Spectre.Console;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Shows a progress bar on a terminal.</summary>
internal sealed class ProgressBars : IProgressDisplay
{
    private readonly IAnsiConsole _console;

    private ProgressBars(IAnsiConsole console) => _console = console;

    /// <summary>Returns null if the terminal doesn't support cursor movement.</summary>
    public static ProgressBars? TryCreate()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        return console.Profile.Capabilities is { Ansi: true, Interactive: true } ? new(console) : null;
    }

    public Task<T> ShowAsync<T>(string what, Func<Action<OperationProgress>, Task<T>> work) => _console.Progress()
        .Columns(
            new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(what), maxValue: 1);
            bar.IsIndeterminate = true;
            var result = await work(progress =>
            {
                bar.IsIndeterminate = progress.Share is null;
                bar.Value = progress.Share ?? 0;
                bar.Description = Markup.Escape(progress.Text);
            });
            bar.IsIndeterminate = false;
            bar.Value = 1;
            return result;
        });

    public void WriteError(string line)
    {
        // If standard error is the same terminal, the line has to be written above the bar.
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(line);
        }
        else
        {
            _console.WriteLine(line);
        }
    }
}
