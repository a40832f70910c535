namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>A line of the doctor: a verdict, the name of the check, what was found, and what to do.</summary>
internal sealed record CheckLine(Verdict Verdict, string Check, string Text)
{
    public override string ToString()
    {
        var verdict = Verdict switch { Verdict.Ok => "ok", Verdict.Warn => "warn", _ => "fail" };
        return $"{verdict,-4}  {Check}: {string.Join(' ', Text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))}";
    }
}
