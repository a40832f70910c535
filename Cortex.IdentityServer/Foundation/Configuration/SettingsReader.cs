using System.Globalization;

namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>
/// Reads the documented variables, from the environment first and appsettings.json second, and collects one line about each invalid value.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration, bool isProduction, bool serves, bool onlyReads = false)
{
    /// <summary>Straight quotes, and the typographic ones that word processors put in their place.</summary>
    private const string Quotes = "\"'`“”„‘’«»";

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _suppressed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly List<(string Name, string Requirement)> _problems = [];
    private readonly List<string> _warnings = [];

    /// <summary>Whether Production's rules apply, which require settings that Development can do without.</summary>
    public bool IsProduction { get; } = isProduction;

    /// <summary>Whether the program serves requests, as opposed to running a command.</summary>
    public bool Serves { get; } = serves;

    /// <summary>Whether the program only examines the settings, and must not create the files that they name.</summary>
    public bool OnlyReads { get; } = onlyReads;

    /// <summary>The names of all variables that have been read.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>Warnings about settings that don't keep the server from starting.</summary>
    public IReadOnlyList<string> Warnings => [.. _warnings, .. Mistyped().Select(variable => variable.Hint + ".")];

    /// <summary>Returns the value, or null if it is unset or empty: compose files pass unset variables on as empty ones.</summary>
    public string? ReadText(string name)
    {
        var text = ReadVariable(name);
        return !SecretFile.Supports(name) || ReadVariable(name + SecretFile.Suffix) is not { } file ? text
            : text is null ? ReadFile(name, file)
            : AddFileError(name, $"must not be set together with {name}");
    }

    /// <summary>Whether the variable is set to nothing, for variables in which that means something else than leaving it out.</summary>
    public bool IsEmpty(string name) => configuration[name] is { } raw && string.IsNullOrWhiteSpace(raw);

    private string? ReadVariable(string name)
    {
        _names.Add(name);
        if (configuration[name] is not { } raw || string.IsNullOrWhiteSpace(raw))
        {
            return null;
        }

        var text = raw.Trim();
        return IsQuoted(name, text) ? AddQuotesError(name, text) : text;
    }

    /// <summary>Returns the file's content, in which quotes are part of the secret.</summary>
    private string? ReadFile(string name, string file) =>
        SecretFile.Read(file) ?? AddFileError(name, "must name a file that this server may read and that contains the value");

    private string? AddFileError(string name, string requirement)
    {
        AddError(name + SecretFile.Suffix, requirement);
        _suppressed.Add(name);
        return null;
    }

    public int ReadNumber(string name, int defaultValue, int min, int max, string unit)
    {
        if (ReadText(name) is not { } text)
        {
            return defaultValue;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        AddError(name, $"must be a whole number of {unit} from {min} to {max}");
        return defaultValue;
    }

    public bool ReadFlag(string name, bool defaultValue, string yes = "true", string no = "false")
    {
        var text = ReadText(name);
        if (text is null)
        {
            return defaultValue;
        }

        if (text.Equals(yes, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!text.Equals(no, StringComparison.OrdinalIgnoreCase))
        {
            AddError(name, $"must be {yes} or {no}");
        }

        return false;
    }

    public string[] ReadList(string name)
    {
        var entries = ReadText(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return [.. entries.Select(entry => IsQuoted(name, entry) ? AddQuotesError(name, entry) ?? "" : entry)];
    }

    /// <summary>Returns an absolute URL with one of the schemes. Errors describe only the expected form, because the value may contain a password.</summary>
    public Uri? ReadUrl(string name, string mustBe, params string[] schemes)
    {
        if (ReadText(name) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && schemes.Contains(url.Scheme) && url.Host.Length > 0)
        {
            return url;
        }

        AddError(name, $"must be {mustBe}");
        return null;
    }

    /// <summary>Adds an error. The requirement says what the variable must be and never repeats its value, which may be a secret.</summary>
    public void AddError(string name, string requirement)
    {
        // Other errors of a quoted value may be due to the quotes, and a value whose file can't be read isn't missing.
        if (!_suppressed.Contains(name) && !_problems.Contains((name, requirement)))
        {
            _problems.Add((name, requirement));
        }
    }

    /// <summary>Adds an error about a variable that Production requires. The requirement continues "must be set in Production".</summary>
    public void AddMissingError(string name, string requirement)
    {
        _missing.Add(name);
        AddError(name, "must be set in Production " + requirement);
    }

    /// <summary>Adds a warning. The text follows the variable's name and never repeats its value.</summary>
    public void Warn(string name, string text) => _warnings.Add($"{name} {text}.");

    /// <summary>Returns one line for each variable that is missing or wrong.</summary>
    public IReadOnlyList<string> Errors()
    {
        var mistyped = Mistyped().Where(variable => _missing.Contains(variable.Meant)).ToLookup(variable => variable.Meant, variable => variable.Hint);
        return
        [
            .. _problems.Select(problem => string.Join("; ", mistyped[problem.Name].Prepend($"{problem.Name} {problem.Requirement}")) + "."),
        ];
    }

    public void ThrowIfInvalid()
    {
        if (_problems.Count > 0)
        {
            throw new ConfigurationException(string.Join(Environment.NewLine, Errors()));
        }
    }

    /// <summary>
    /// Whether the value is in quotes. <c>docker run --env-file</c> keeps quotes and compose removes them, so the same file would set two different secrets.
    /// </summary>
    private static bool IsQuoted(string name, string text) =>
        Quotes.Contains(text[0], StringComparison.Ordinal)

        // A sender such as "Ada Lovelace" <ada@example.com> may begin with a quoted name.
        && (name != "EMAIL_FROM" || (text.Length > 1 && Quotes.Contains(text[^1], StringComparison.Ordinal)));

    /// <summary>Adds an error about the quotes, and returns the text between them so that nothing else is reported.</summary>
    private string? AddQuotesError(string name, string text)
    {
        AddError(name, "must not have quotes around it: they have become part of the value (docker run --env-file keeps them)");
        _suppressed.Add(name);
        return text.Trim([.. Quotes]).Trim() is { Length: > 0 } inner ? inner : null;
    }

    private IEnumerable<MistypedVariable> Mistyped() =>
        MistypedVariables.Find(
            configuration
                .AsEnumerable()
                .Where(pair => !string.IsNullOrWhiteSpace(pair.Value))
                .Select(pair => pair.Key)
                .Where(key => !key.Contains(':', StringComparison.Ordinal)),
            _names);
}
