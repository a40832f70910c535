using System.Globalization;
using System.Text.Json;
using Cortex.IdentityServer.Features.Admin.Import;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Shows the operator the progress of an import and each line that failed.</summary>
/// <param name="input">The file that is being imported.</param>
/// <param name="display">The display for progress and errors.</param>
/// <param name="results">The file for failed lines, as JSON; null to report them on standard error.</param>
/// <param name="clock">The clock that the speed is computed with.</param>
internal sealed class ImportView(Stream input, IProgressDisplay display, StreamWriter? results, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    /// <summary>The counts as of the last progress report.</summary>
    public ImportCounts Counts { get; private set; }

    public static string Text(ImportCounts counts) => string.Create(
        CultureInfo.InvariantCulture, $"{counts.Lines:N0} lines: {counts.Created:N0} created, {counts.Failed:N0} failed");

    public void Show(ImportReport result, Action<OperationProgress> report)
    {
        switch (result)
        {
            case ImportReport.Failed { Line: var line, Refusal: var refusal } when results is not null:
                results.WriteLine(JsonSerializer.Serialize(FailedLine.Of(line, refusal), ImportJson.Default.FailedLine));
                break;
            case ImportReport.Failed { Line: var line, Refusal: var refusal }:
                display.WriteError($"line {line}: {refusal.Code}: {Explain(refusal)}");
                break;
            case ImportReport.Progress { Counts: var counts }:
                Counts = counts;
                report(new(counts.Lines, Share(), $"{Text(counts)}{Speed(counts.Lines)}"));
                break;
        }
    }

    private static string Explain(Refusal refusal) => refusal.Errors is null
        ? refusal.Detail
        : string.Join("; ", refusal.Errors.Select(field => $"{field.Key} {string.Join(", ", field.Value)}"));

    /// <summary>The share of the file's bytes that were read, which is slightly ahead of the lines that were reported.</summary>
    private double? Share() => input is { CanSeek: true, Length: > 0 } ? Math.Min(1, (double)input.Position / input.Length) : null;

    private string Speed(long lines) =>
        clock.GetElapsedTime(_started).TotalSeconds is var seconds and > 1
            ? string.Create(CultureInfo.InvariantCulture, $" ({lines / seconds:N0} a second)")
            : "";
}
