using System.Globalization;

namespace Cortex.IdentityServer.Configuration;

/// <summary>Reads the documented variables (environment first, appsettings.json second) and collects what is wrong with them, a line each.</summary>
internal sealed class SettingsReader(IConfiguration configuration, bool isProduction, bool serves)
{
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];

    /// <summary>Whether Production's rules hold: they refuse what development may leave unset.</summary>
    public bool IsProduction { get; } = isProduction;

    /// <summary>Whether the program answers clients, unlike a command.</summary>
    public bool Serves { get; } = serves;

    /// <summary>What the server can start with but an operator should know.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The value, or null where it is unset; compose files pass an unset variable on as an empty one.</summary>
    public string? Text(string name) => configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    public int Number(string name, int otherwise, int least, int most, string unit)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        Refuse(name, $"must be a whole number of {unit} from {least} to {most}");
        return otherwise;
    }

    public bool Flag(string name, bool otherwise, string yes = "true", string no = "false")
    {
        var text = Text(name);
        if (text is null)
        {
            return otherwise;
        }

        if (text.Equals(yes, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!text.Equals(no, StringComparison.OrdinalIgnoreCase))
        {
            Refuse(name, $"must be {yes} or {no}");
        }

        return false;
    }

    public string[] List(string name) =>
        Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>An absolute URL of one of the schemes; what it must be is said in words, as the value may hold a password.</summary>
    public Uri? Url(string name, string mustBe, params string[] schemes)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && schemes.Contains(url.Scheme) && url.Host.Length > 0)
        {
            return url;
        }

        Refuse(name, $"must be {mustBe}");
        return null;
    }

    /// <summary>Notes a problem. The sentence says what the variable must be and never repeats its value, which may be a secret.</summary>
    public void Refuse(string name, string sentence) => _problems.Add($"{name} {sentence}.");

    /// <summary>Notes something that the server can start with; the sentence never repeats a value either.</summary>
    public void Warn(string name, string sentence) => _warnings.Add($"{name} {sentence}.");

    public void ThrowIfRefused()
    {
        if (_problems.Count > 0)
        {
            throw new ConfigurationException(string.Join(Environment.NewLine, _problems));
        }
    }
}
