using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Finds time zones by their IANA names, such as <c>Europe/Paris</c>.</summary>
internal static class TimeZoneNames
{
    public const int MaxLength = 64;

    /// <summary>
    /// Names that browsers still report for zones that have been renamed, and that some systems no longer install (Debian's package tzdata-legacy).
    /// </summary>
    private static readonly FrozenDictionary<string, string> Renamed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Africa/Asmera"] = "Africa/Asmara",
        ["America/Buenos_Aires"] = "America/Argentina/Buenos_Aires",
        ["America/Catamarca"] = "America/Argentina/Catamarca",
        ["America/Coral_Harbour"] = "America/Atikokan",
        ["America/Cordoba"] = "America/Argentina/Cordoba",
        ["America/Godthab"] = "America/Nuuk",
        ["America/Indianapolis"] = "America/Indiana/Indianapolis",
        ["America/Jujuy"] = "America/Argentina/Jujuy",
        ["America/Louisville"] = "America/Kentucky/Louisville",
        ["America/Mendoza"] = "America/Argentina/Mendoza",
        ["America/Santa_Isabel"] = "America/Tijuana",
        ["Asia/Calcutta"] = "Asia/Kolkata",
        ["Asia/Katmandu"] = "Asia/Kathmandu",
        ["Asia/Rangoon"] = "Asia/Yangon",
        ["Asia/Saigon"] = "Asia/Ho_Chi_Minh",
        ["Atlantic/Faeroe"] = "Atlantic/Faroe",
        ["Europe/Kiev"] = "Europe/Kyiv",
        ["Pacific/Enderbury"] = "Pacific/Kanton",
        ["Pacific/Ponape"] = "Pacific/Pohnpei",
        ["Pacific/Truk"] = "Pacific/Chuuk",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Files beside the zones: copies whose clocks count leap seconds, and links that depend on the machine.</summary>
    private static readonly string[] NoZones = ["Factory", "localtime", "posixrules"];

    /// <summary>Finds a zone by its exact name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        return IsName(name)
            && (TryLoad(name, out zone) || (Renamed.TryGetValue(name, out var current) && TryLoad(current, out zone)));
    }

    /// <remarks>.NET also accepts names in another case if it has loaded the zone before, and the names that Windows uses.</remarks>
    private static bool TryLoad(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone) && zone.HasIanaId && zone.Id == name)
        {
            return true;
        }

        zone = null;
        return false;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxLength && char.IsAsciiLetterUpper(name[0]) && !NoZones.Contains(name)
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '_' or '-' or '+');
}
