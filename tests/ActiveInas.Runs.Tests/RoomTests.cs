using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ActiveInas.Runs.Tests;

/// <summary>The folders of a library lie above each other: what the compiled code of one uses belongs to those below it.</summary>
public sealed class RoomTests
{
    // Both as docs/layout.md has them.
    private static readonly string[] s_algorithm = ["Data", "Architectures", "Kernels", "Networks", "Training", "Search", "Querying", "Learning"];

    private static readonly string[] s_runs =
    [
        "Configuration", "Folder", "Store", "Output", "Forecast", "Live", "Sessions", "Trials", "Experiments", "Estimation", "Statistics", "Models", "Reports", "Tracking",
        "Labelling",
    ];

    [Fact]
    public void Each_folder_of_the_algorithm_uses_those_before_it_only() => RequireOrder(typeof(SeedTree), s_algorithm);

    [Fact]
    public void Each_room_of_the_runs_uses_those_before_it_only() => RequireOrder(typeof(RunException), s_runs);

    // The type stands at the library's root.
    private static void RequireOrder(Type atRoot, string[] order)
    {
        string root = atRoot.Namespace + ".";
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(atRoot.Assembly.Location);
        TypeDefinition[] types = [.. assembly.MainModule.GetTypes().Where(type => Room(type, root) is not null)];
        Assert.Equal(order.Order(StringComparer.Ordinal), types.Select(type => Room(type, root)!).Distinct().Order(StringComparer.Ordinal));

        string[] upward = [.. types.SelectMany(Used, (type, used) => (User: type, Used: used))
            .Where(pair => Room(pair.Used, root) is { } room && Array.IndexOf(order, room) > Array.IndexOf(order, Room(pair.User, root)))
            .Select(pair => $"{pair.User.FullName} uses {pair.Used.FullName}").Distinct()];

        Assert.Empty(upward);
    }

    private static IEnumerable<TypeReference> Used(TypeDefinition type)
    {
        IEnumerable<TypeReference?> signatures =
        [
            type.BaseType,
            .. type.Interfaces.Select(implemented => implemented.InterfaceType),
            .. type.Fields.Select(field => field.FieldType),
            .. type.Methods.SelectMany(method => method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType)),
        ];
        IEnumerable<TypeReference?> bodies = type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions).SelectMany(Operands);
        return signatures.Concat(bodies).OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference used => [used],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments],
        MemberReference member => [member.DeclaringType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Prepend(generic.ElementType),
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        _ => [type],
    };

    private static string? Room(TypeReference type, string root)
    {
        TypeReference outer = type;
        while (outer.DeclaringType is not null)
        {
            outer = outer.DeclaringType;
        }

        return outer.Namespace.StartsWith(root, StringComparison.Ordinal) ? outer.Namespace[root.Length..].Split('.')[0] : null;
    }
}
