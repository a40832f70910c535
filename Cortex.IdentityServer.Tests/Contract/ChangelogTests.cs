using System.Globalization;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary><c>CHANGELOG.md</c> has a section for each version, and the newest one is about the version that this is.</summary>
public sealed partial class ChangelogTests
{
    /// <summary>The groups of changes that Keep a Changelog defines.</summary>
    private static readonly string[] Groups = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

    private static readonly string Changelog = Document.Read("CHANGELOG.md").Text;

    private static readonly IReadOnlyList<(string Version, string Date)> Sections =
        [.. SectionHeading().Matches(Changelog).Select(heading => (heading.Groups["version"].Value, heading.Groups["date"].Value))];

    [Fact]
    public void The_newest_section_is_about_this_version() => Assert.Equal(Product.Version, Sections[0].Version);

    /// <remarks>The release workflow copies the section of its tag, which has to exist with a date.</remarks>
    [Fact]
    public void Every_section_has_a_version_and_a_date_and_only_the_newest_may_be_unreleased()
    {
        Assert.Equal(Changelog.Split('\n').Count(line => line.StartsWith("## ", StringComparison.Ordinal)), Sections.Count);
        Assert.All(Sections.Skip(1), section => Assert.True(
            DateOnly.TryParseExact(section.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            $"{section.Version}: {section.Date}"));
    }

    [Fact]
    public void The_sections_are_in_descending_order() => Assert.Equal(
        Sections.Select(section => Version.Parse(section.Version)).Distinct().OrderDescending(),
        Sections.Select(section => Version.Parse(section.Version)));

    [Fact]
    public void Every_group_of_changes_has_a_name_from_Keep_a_Changelog() => Assert.All(
        Changelog.Split('\n').Where(line => line.StartsWith("### ", StringComparison.Ordinal)),
        line => Assert.Contains(line["### ".Length..], Groups));

    [GeneratedRegex(
        @"^## \[(?<version>\d+\.\d+\.\d+)\] - (?<date>\d{4}-\d\d-\d\d|Unreleased)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex SectionHeading();
}
