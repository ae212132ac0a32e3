"""Operations: the commands of the operator, the processes of a town, the demo town."""
