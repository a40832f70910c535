namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The result of an inspection.</summary>
/// <param name="Findings">All findings, refusals first.</param>
/// <param name="Repairs">The repair statements in order, to be run only if nothing is refused.</param>
/// <param name="Schema">The schema of the server's tables, or the one in which they will be created; null if there is none.</param>
internal sealed record InspectionReport(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Repairs, string? Schema)
{
    public IReadOnlyList<string> Refusals => TextsOf(Severity.Refuse);

    public IReadOnlyList<string> Warnings => TextsOf(Severity.Warn);

    /// <summary>Describes what <see cref="Repairs"/> do.</summary>
    public IReadOnlyList<string> Repaired => TextsOf(Severity.Repair);

    /// <exception cref="MigrationRefusedException">Something is refused. The message has a line for each reason.</exception>
    public void ThrowIfRefused()
    {
        if (Refusals is { Count: > 0 } refusals)
        {
            throw new MigrationRefusedException(Lines("The database was not changed.", refusals));
        }
    }

    /// <summary>Formats a result and its reasons: a single reason follows on the same line, several on a line each.</summary>
    public static string Lines(string result, IReadOnlyList<string> reasons) => reasons is [var only]
        ? $"{result} {only}"
        : string.Join('\n', reasons.Prepend($"{result} There are {reasons.Count} reasons:"));

    private List<string> TextsOf(Severity severity) => [.. Findings.Where(finding => finding.Severity == severity).Select(finding => finding.Text)];
}
