using System.Globalization;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Tests.Http;

/// <summary>The README's table of problems is a promise to clients.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_table_of_problems_names_every_code_with_its_status()
    {
        var rows = Row().Matches(ReadMe()).Select(row => (row.Groups["code"].Value, int.Parse(row.Groups["status"].ValueSpan, CultureInfo.InvariantCulture)));
        var codes = Problems.All.Append(Problems.InternalError).Select(problem => (problem.Code, problem.Status));

        Assert.Equal(codes.Order(), rows.Order());
    }

    private static string ReadMe()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CortexIdentity.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return File.ReadAllText(Path.Combine(folder.FullName, "README.md"));
    }

    [GeneratedRegex(@"^\| `(?<code>[a-z_]+)` \| (?<status>[45]\d\d) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
