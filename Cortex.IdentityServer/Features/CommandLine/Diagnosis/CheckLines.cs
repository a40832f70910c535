namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Collects the lines of a check. A check that has timed out may still be running, so its later lines are ignored.</summary>
internal sealed class CheckLines
{
    private readonly Lock _lock = new();
    private readonly List<CheckLine> _lines = [];
    private bool _isClosed;

    public IReadOnlyList<CheckLine> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Whether something failed.</summary>
    public bool HasFailed => All.Any(line => line.Verdict == Verdict.Fail);

    public void Ok(string check, string found) => Add(new(Verdict.Ok, check, Sentences(found)));

    /// <summary>Adds a warning: what was found, and what to do about it, if that isn't obvious.</summary>
    public void Warn(string check, params string[] sentences) => Add(new(Verdict.Warn, check, Sentences(sentences)));

    /// <summary>Adds a failure: what was found, and what to do about it, if that isn't obvious.</summary>
    public void Fail(string check, params string[] sentences) => Add(new(Verdict.Fail, check, Sentences(sentences)));

    public void AddAll(CheckLines other)
    {
        foreach (var line in other.All)
        {
            Add(line);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    private static string Sentences(params string[] sentences) => string.Join(' ', sentences.Select(sentence => sentence.TrimEnd('.') + "."));

    /// <summary>Two checks may find the same thing.</summary>
    private void Add(CheckLine line)
    {
        lock (_lock)
        {
            if (!_isClosed && !_lines.Any(known => known.Text == line.Text && known.Verdict != Verdict.Ok))
            {
                _lines.Add(line);
            }
        }
    }
}
