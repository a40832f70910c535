using System.Reflection;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The README stays short, and every link, file, and type in the documentation exists.</summary>
public sealed partial class DocumentTests
{
    private const int MaxReadMeLines = 150;

    /// <summary>Names in the decisions that belong to other projects.</summary>
    private static readonly string[] NamesOfOtherProjects = ["HttpContext", "HttpOnly", "PasskeyHandler", "SignInManager", "UserManager"];

    public static TheoryData<string> Names => [.. Document.All.Select(document => document.Name)];

    [Fact]
    public void The_README_is_short() =>
        Assert.InRange(Document.Read("README.md").Text.Count(letter => letter == '\n'), 1, MaxReadMeLines);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_link_leads_to_an_existing_file_and_heading(string name)
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
    public void Every_page_is_reachable_from_the_README()
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

    /// <remarks>Paths are relative to the repository, to the server's project, or to the page's folder.</remarks>
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_file_that_a_page_names_exists(string name) =>
        Assert.All(
            SourcePath().Matches(Document.Read(name).Prose).Select(path => path.Groups["path"].Value),
            path => Assert.True(
                new[] { "", "Cortex.IdentityServer", Path.GetDirectoryName(name)! }
                    .Any(folder => File.Exists(Path.Combine(Document.Repository, folder, path))),
                $"{path}: there is no such file"));

    /// <remarks>Without this test, decisions would silently outlive the code that they describe.</remarks>
    [Fact]
    public void Every_type_that_a_decision_names_exists()
    {
        var known = typeof(Problems).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Static).Select(method => method.Name)
                .Append(type.Name.Split('`')[0]))
            .Concat(NamesOfOtherProjects).ToHashSet(StringComparer.Ordinal);

        Assert.All(Document.All.Where(document => document.Name.StartsWith("docs/decisions/", StringComparison.Ordinal)), document =>
            Assert.All(TypeName().Matches(document.Prose).Select(name => name.Groups["name"].Value), name => Assert.Contains(name, known)));
    }

    [Fact]
    public void The_map_of_folders_shows_the_folders_of_the_server()
    {
        var map = Mapped(Assert.Single(Document.Read("README.md").Section("Map of the folders").Blocks).Text).ToList();

        Assert.All(map, path => Assert.True(Directory.Exists(Path.Combine(Document.Repository, path)), $"{path}: there is no such folder"));
        Assert.Equal(
            FoldersOf("Cortex.IdentityServer").SelectMany(layer => FoldersOf(layer).Prepend(layer)).Order(StringComparer.Ordinal),
            map.Where(path => path.StartsWith("Cortex.IdentityServer/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_map_of_tests_shows_the_folders_of_the_tests() => Assert.Equal(
        FoldersOf("Cortex.IdentityServer.Tests").Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
        Document.Read("docs/contributing.md").Rows("folder").Select(row => row.Cells[0].Trim('`', '/')).Order(StringComparer.Ordinal));

    private static IEnumerable<string> FoldersOf(string folder) => Directory.EnumerateDirectories(Path.Combine(Document.Repository, folder))
        .Select(path => Path.GetFileName(path)!).Where(name => name is not ("bin" or "obj" or "Properties")).Select(name => $"{folder}/{name}");

    /// <summary>Returns the paths in a map that indents each level by two spaces and may list several folders on a line.</summary>
    private static IEnumerable<string> Mapped(string map)
    {
        var open = new List<string>();
        foreach (var line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var match = MapLine().Match(line);
            Assert.True(match.Success, $"{line}: no folders and what is in them");
            open.RemoveRange(match.Groups["indent"].Length / 2, open.Count - (match.Groups["indent"].Length / 2));
            var names = match.Groups["name"].Captures.Select(name => name.Value).ToList();
            foreach (var name in names)
            {
                yield return string.Join('/', open.Append(name));
            }

            open.Add(names[^1]);
        }
    }

    [GeneratedRegex(@"^(?<indent> *)(?:(?<name>[\w.]+)/ +)+\S", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex MapLine();

    [GeneratedRegex(
        "`(?<name>[A-Z][a-z]+(?:[A-Z][a-z0-9]+)+)(?:<[A-Za-z]+>|\\(\\)|\\.[A-Za-z]+)?`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"`(?<path>\w[\w.-]*(?:/[\w.-]+)+\.(?:cs|csproj|http|json|md|sh|txt|yaml))`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SourcePath();
}
