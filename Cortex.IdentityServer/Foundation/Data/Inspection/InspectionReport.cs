namespace Cortex.IdentityServer.Foundation.Data.Inspection;

/// <summary>The result of an inspection.</summary>
/// <param name="Findings">Everything that was found, refusals first.</param>
/// <param name="Repairs">The statements that repair what can be repaired, in their order; to be run only where nothing is refused.</param>
/// <param name="Schema">The schema of the server's tables, or the one in which they will be created; null where there is none.</param>
internal sealed record InspectionReport(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Repairs, string? Schema)
{
    public IReadOnlyList<string> Refusals => TextsOf(Severity.Refuse);

    public IReadOnlyList<string> Warnings => TextsOf(Severity.Warn);

    /// <summary>What <see cref="Repairs"/> do, in words.</summary>
    public IReadOnlyList<string> Repaired => TextsOf(Severity.Repair);

    /// <exception cref="MigrationRefusedException">Something is refused; the message has a line for each reason.</exception>
    public void ThrowIfRefused()
    {
        if (Refusals is { Count: > 0 } refusals)
        {
            throw new MigrationRefusedException(Lines("The database was not changed.", refusals));
        }
    }

    /// <summary>One line for each reason. The result precedes a single one in the same line, and several in a line of its own.</summary>
    public static string Lines(string result, IReadOnlyList<string> reasons) => reasons is [var only]
        ? $"{result} {only}"
        : string.Join('\n', reasons.Prepend($"{result} There are {reasons.Count} reasons:"));

    private List<string> TextsOf(Severity severity) => [.. Findings.Where(finding => finding.Severity == severity).Select(finding => finding.Text)];
}
