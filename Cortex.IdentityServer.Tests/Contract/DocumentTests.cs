using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The README stays short, and nothing in the documentation leads nowhere.</summary>
public sealed partial class DocumentTests
{
    private const int LongestReadMe = 150;

    public static TheoryData<string> Names => [.. Document.All.Select(document => document.Name)];

    [Fact]
    public void The_README_fits_into_its_limit() =>
        Assert.InRange(Document.Read("README.md").Text.Count(letter => letter == '\n'), 1, LongestReadMe);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_link_leads_to_a_file_and_a_heading(string name)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Document.Repository, name))!;

        Assert.All(Document.Read(name).Links.Where(link => !link.StartsWith("http", StringComparison.Ordinal)), link =>
        {
            var (file, anchor) = link.Split('#') is [var path, var heading] ? (path, heading) : (link, null);
            var target = file.Length == 0 ? Path.Combine(Document.Repository, name) : Path.GetFullPath(Path.Combine(folder, file));
            Assert.True(Path.Exists(target), $"{link}: there is no such file");
            Assert.True(
                anchor is null || Document.Read(Path.GetRelativePath(Document.Repository, target)).Anchors.Contains(anchor),
                $"{link}: there is no such heading");
        });
    }

    /// <remarks>Readers begin at the README.</remarks>
    [Fact]
    public void Every_page_can_be_reached_from_the_README()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { "README.md" };
        for (var pages = new Queue<string>(reached); pages.TryDequeue(out var name);)
        {
            foreach (var link in Document.Read(name).Links.Select(link => link.Split('#')[0]).Where(link => link.EndsWith(".md", StringComparison.Ordinal)))
            {
                var target = Path.GetRelativePath(Document.Repository, Path.GetFullPath(Path.Combine(Document.Repository, Path.GetDirectoryName(name)!, link)))
                    .Replace('\\', '/');
                if (File.Exists(Path.Combine(Document.Repository, target)) && reached.Add(target))
                {
                    pages.Enqueue(target);
                }
            }
        }

        Assert.Empty(Document.All.Select(document => document.Name).Except(reached));
    }

    /// <remarks>Paths are relative to the repository or to the server's project.</remarks>
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_file_that_is_named_exists(string name) =>
        Assert.All(
            SourcePath().Matches(Document.Read(name).Prose).Select(path => path.Groups["path"].Value),
            path => Assert.True(
                File.Exists(Path.Combine(Document.Repository, path)) || File.Exists(Path.Combine(Document.Repository, "Cortex.IdentityServer", path)),
                $"{path}: there is no such file"));

    [GeneratedRegex(@"`(?<path>\w[\w.-]*(?:/[\w.-]+)+\.(?:cs|csproj|http|json|md|sh|txt|yaml))`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SourcePath();
}
