using System.Globalization;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Foundation.Http.RateLimits;

/// <summary>Reads variables of the form <c>name=number,name=number</c>.</summary>
internal static class RateLimitSettings
{
    public const int MaxPermits = 1_000_000_000;

    /// <summary>Returns the numbers by name, and adds an error if the variable is invalid.</summary>
    /// <param name="settings">The reader of the variable and of its errors.</param>
    /// <param name="variable">The variable's name.</param>
    /// <param name="isAllowed">Whether a name is allowed.</param>
    /// <param name="allowedNames">A description of the allowed names for the error.</param>
    public static Dictionary<string, int> Read(SettingsReader settings, string variable, Func<string, bool> isAllowed, string allowedNames)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pair in settings.ReadList(variable).Select(entry => entry.Split('=', StringSplitOptions.TrimEntries)))
        {
            if (pair is not [var name, var text] || !isAllowed(name)
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MaxPermits
                || !numbers.TryAdd(name, number))
            {
                settings.AddError(variable, $"must be name=number pairs separated by commas, each name once, {allowedNames}, and each number from 1 to "
                        + $"{MaxPermits}");
                break;
            }
        }

        return numbers;
    }
}
