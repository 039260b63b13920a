using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActiveInas.PublicApi.Tests;

/// <summary>A program made of C# blocks of a document: the blocks themselves, the namespaces that they leave out, and what they take for granted.</summary>
internal static class DocumentProgram
{
    private const string Fence = "```";

    private const string Namespaces = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using ActiveInas.Architectures;
        global using ActiveInas.Data;
        global using ActiveInas.Learning;
        global using ActiveInas.Querying;
        global using ActiveInas.Runs.Configuration;
        global using ActiveInas.Runs.Output;
        global using ActiveInas.Runs.Sessions;
        global using ActiveInas.Search;
        global using ActiveInas.Training;
        global using static ActiveInas.PublicApi.Tests.Given;
        """;

    /// <summary>The product's namespaces that a program gets, as lines of a program.</summary>
    public static IEnumerable<string> OwnNamespaces
        => Namespaces.ReplaceLineEndings("\n").Split('\n').Select(line => line["global ".Length..]).Where(line => line.StartsWith("using ActiveInas.", StringComparison.Ordinal));

    /// <summary>Where a document lies.</summary>
    /// <param name="document">Its path in the tree.</param>
    public static string PathOf(string document) => Path.Combine(AppContext.BaseDirectory, "Documents", document);

    /// <summary>The C# blocks of a document, from the first to the last.</summary>
    public static IReadOnlyList<string> Blocks(string document)
    {
        List<string> blocks = [];
        List<string>? block = null;
        foreach (string line in File.ReadLines(PathOf(document)))
        {
            if (block is null)
            {
                block = line == Fence + "csharp" ? [] : null;
            }
            else if (line == Fence)
            {
                blocks.Add(string.Join('\n', block));
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }

        return blocks;
    }

    /// <summary>Compiles a program and runs it.</summary>
    /// <param name="program">Statements and types in any order.</param>
    /// <param name="rest">A statement behind it, which hands out what it made.</param>
    public static async Task RunAsync(string program, string rest)
    {
        using MemoryStream image = new();
        Compile($"{program}\n{rest}", image);
        image.Position = 0;
        AssemblyLoadContext context = new(name: null, isCollectible: true);
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == name.Name);
        MethodInfo entry = context.LoadFromStream(image).EntryPoint!;

        // The compiler wraps the statements' own method, which awaits, into one that blocks.
        MethodInfo main = entry.DeclaringType!.GetMethod("<Main>$", BindingFlags.Static | BindingFlags.NonPublic)!;
        await (Task)main.Invoke(null, [Array.Empty<string>()])!;
    }

    /// <summary>Compiles a program.</summary>
    /// <param name="program">Statements and types in any order.</param>
    public static void Compile(string program)
    {
        using MemoryStream image = new();
        Compile(program, image);
    }

    private static void Compile(string text, Stream image)
    {
        // A page shows a class before the line that uses it; a file has it the other way round.
        CompilationUnitSyntax unit = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
        SyntaxTree program = CSharpSyntaxTree.ParseText(
            unit.WithMembers([.. unit.Members.OrderBy(member => member is not GlobalStatementSyntax)]).ToFullString());
        CSharpCompilation compilation = CSharpCompilation.Create(
            $"document-{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(Namespaces), program],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        IEnumerable<Diagnostic> errors = compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.Empty(errors.Select(error => $"{error.GetMessage()} in: {error.Location.SourceTree?.GetText().Lines[error.Location.GetLineSpan().StartLinePosition.Line]}"));
    }
}
