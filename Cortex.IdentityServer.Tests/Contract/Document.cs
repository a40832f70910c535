using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>A page of the documentation, in Markdown.</summary>
/// <param name="Name">Its path in the repository, with forward slashes.</param>
/// <param name="Text">The whole page.</param>
internal sealed partial record Document(string Name, string Text)
{
    public static string Repository { get; } = LocalFolder.SolutionFolder()!;

    /// <summary>The README, the changelog, and every page under docs and deploy.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        Read("README.md"),
        Read("CHANGELOG.md"),
        .. new[] { "docs", "deploy" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository, folder), "*.md", SearchOption.AllDirectories))
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Repository, file).Replace('\\', '/')).Order(StringComparer.Ordinal).Select(Read),
    ];

    public static Document Read(string name) => new(name, File.ReadAllText(Path.Combine(Repository, name)).ReplaceLineEndings("\n"));

    /// <summary>The page without its code blocks, in which <c>#</c> begins a comment and not a heading.</summary>
    public string Prose => Fence().Replace(Text, "");

    /// <summary>The anchors that a link can name, spelled as GitHub spells them.</summary>
    public IEnumerable<string> Anchors => Heading().Matches(Prose).Select(heading =>
        Punctuation().Replace(heading.Groups["title"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    public IEnumerable<string> Links => Link().Matches(Prose).Select(link => link.Groups["target"].Value);

    /// <summary>The code blocks of the page, in order.</summary>
    public IReadOnlyList<CodeBlock> Blocks =>
        [.. Fence().Matches(Text).Select(block => new CodeBlock(block.Groups["language"].Value, block.Groups["text"].Value))];

    /// <summary>The part of the page under a heading of the second level, with the headings below it.</summary>
    public Document Section(string title) => this with
    {
        Text = Assert.Single(("\n" + Text).Split("\n## "), part => part.StartsWith(title + '\n', StringComparison.Ordinal)),
    };

    /// <summary>The rows of all tables whose first column has this title.</summary>
    public IEnumerable<TableRow> Rows(string firstColumn)
    {
        var heading = "";
        var isWanted = false;
        foreach (var line in Prose.Split('\n'))
        {
            if (line.StartsWith('#'))
            {
                heading = line.TrimStart('#').Trim();
            }
            else if (!line.StartsWith('|'))
            {
                isWanted = false;
            }
            else if (line.StartsWith($"| {firstColumn} |", StringComparison.Ordinal))
            {
                isWanted = true;
            }
            else if (isWanted && !line.StartsWith("| ---", StringComparison.Ordinal))
            {
                yield return new(heading, [.. line[1..^1].Split('|').Select(cell => cell.Trim())]);
            }
        }
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ (?<title>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]")]
    private static partial Regex Punctuation();
}
