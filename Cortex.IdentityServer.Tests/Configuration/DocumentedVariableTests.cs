using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Contract;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>What the server reads is what docs/configuration.md documents and what compose.yaml and .env.example pass on.</summary>
public sealed partial class DocumentedVariableTests
{
    /// <summary>What a server in a container has no use for.</summary>
    private static readonly string[] OfDevelopment = ["CORTEX_DATA", "POSTGRES_BIN"];

    private static readonly IReadOnlyList<DocumentedVariable> Table =
        [.. Document.Read("docs/configuration.md").Rows("variable").Select(DocumentedVariable.Of)];

    private static readonly string[] Documented = [.. Table.Select(variable => variable.Name)];

    [Fact]
    public void Every_variable_that_the_server_reads_is_documented()
    {
        var read = new Recorder(Variables.Needed);
        ReadSettings.Of(new ConfigurationBuilder().Add(read).Build(), isProduction: true);

        // Documented below the tables: the first by its other name, the files of secrets all together.
        Assert.Equal(
            Documented.Order(StringComparer.Ordinal),
            read.Names.Where(name => name != "FORWARDEDHEADERS_ENABLED" && !name.EndsWith("_FILE", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    /// <remarks>A value that is none tells, in its refusal, what the variable takes.</remarks>
    [Fact]
    public void Every_number_is_documented_with_its_range_and_unit() => Assert.All(
        Table.Where(variable => variable.Range is not null),
        variable => Assert.Contains(
            $"{variable.Name} must be a whole number of {variable.Unit} from {variable.Range!.Value.Least} to {variable.Range.Value.Most}.",
            Variables.Refusal(Environments.Production, (variable.Name, "x"))));

    [Fact]
    public void Every_number_and_choice_has_the_documented_default()
    {
        var unset = Variables.Read(Environments.Production).ToString();

        Assert.All(Table.Where(variable => variable.Default is not null && variable.Others.Count > 0), variable =>
        {
            Assert.Equal(unset, Outcome(variable.Name, variable.Default!));
            Assert.All(variable.Others, other => Assert.NotEqual(unset, Outcome(variable.Name, other)));
        });
    }

    /// <remarks>So that none of them escapes the two tests above.</remarks>
    [Fact]
    public void Every_variable_that_takes_a_number_is_documented_as_one() => Assert.Equal(
        Documented.Where(TakesNumber).Order(StringComparer.Ordinal),
        Table.Where(variable => variable.Range is not null).Select(variable => variable.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_documented_variable_reaches_the_server_in_compose()
    {
        var passed = ComposeLine().Matches(ReadFile("compose.yaml")).Select(line => line.Groups[1].Value).ToList();

        Assert.Empty(Documented.Except(OfDevelopment).Except(passed));

        // Docker refuses a file that names one twice.
        Assert.Distinct(passed);
    }

    [Fact]
    public void Every_variable_of_compose_is_in_the_example_environment_file()
    {
        var asked = Reference().Matches(ReadFile("compose.yaml")).Select(one => one.Groups[1].Value).Distinct();
        var example = ExampleLine().Matches(ReadFile(".env.example")).Select(line => line.Groups[1].Value);

        Assert.Equal(asked.Order(StringComparer.Ordinal), example.Order(StringComparer.Ordinal));
    }

    /// <remarks>What is pulled tomorrow is what was tried today.</remarks>
    [Fact]
    public void Every_image_of_compose_has_a_tag() =>
        Assert.All(ImageLine().Matches(ReadFile("compose.yaml")), line => Assert.Matches(@":v?\d+[.-]", line.Groups[1].Value));

    private static bool TakesNumber(string name) =>
        Outcome(name, "x").Contains($"{name} must be a whole number of ", StringComparison.Ordinal);

    /// <summary>All settings as text, or why they are refused.</summary>
    private static string Outcome(string name, string value)
    {
        try
        {
            return Variables.Read(Environments.Production, (name, value)).ToString();
        }
        catch (ConfigurationException refusal)
        {
            return refusal.Message;
        }
    }

    private static string ReadFile(string name) => File.ReadAllText(Path.Combine(Document.Repository, name));

    [GeneratedRegex(@"^      ([A-Z_]+): ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ComposeLine();

    [GeneratedRegex(@"\$\{([A-Z_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^#?([A-Z_]+)=", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ExampleLine();

    [GeneratedRegex(@"^    image: (\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ImageLine();

    /// <summary>Settings that note what they are asked for.</summary>
    private sealed class Recorder(IReadOnlyDictionary<string, string?> values) : ConfigurationProvider, IConfigurationSource
    {
        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value)
        {
            Names.Add(key);
            return values.TryGetValue(key, out value);
        }
    }
}
