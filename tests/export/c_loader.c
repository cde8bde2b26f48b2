/* Runs signatures of a SavedModel through TensorFlow's C API.
 *
 * c_loader FOLDER PLAN...: a plan is one call; each of its lines is
 *   feed OPERATION INDEX TYPE RANK SIDE... FILE    (the bytes of the tensor)
 *   fetch OPERATION INDEX FILE                     (a line of type and sides, then the bytes)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow/c/c_api.h"

#define MOST 16

static void fail(const char* what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void check(TF_Status* status) {
  if (TF_GetCode(status) != TF_OK) fail(TF_Message(status));
}

static TF_Tensor* read_tensor(FILE* plan) {
  int type, rank;
  int64_t sides[8];
  char path[4096];
  if (fscanf(plan, "%d %d", &type, &rank) != 2 || rank > 8) fail("bad plan");
  size_t bytes = TF_DataTypeSize((TF_DataType)type);
  for (int axis = 0; axis < rank; axis++) {
    long long side;
    if (fscanf(plan, "%lld", &side) != 1) fail("bad plan");
    sides[axis] = side;
    bytes *= (size_t)side;
  }
  if (fscanf(plan, "%4095s", path) != 1) fail("bad plan");
  TF_Tensor* tensor = TF_AllocateTensor((TF_DataType)type, sides, rank, bytes);
  FILE* file = fopen(path, "rb");
  if (!file || fread(TF_TensorData(tensor), 1, bytes, file) != bytes) fail("cannot read an input");
  fclose(file);
  return tensor;
}

static void write_tensor(const TF_Tensor* tensor, const char* path) {
  FILE* file = fopen(path, "wb");
  if (!file) fail("cannot write an output");
  fprintf(file, "%d", (int)TF_TensorType(tensor));
  for (int axis = 0; axis < TF_NumDims(tensor); axis++)
    fprintf(file, " %lld", (long long)TF_Dim(tensor, axis));
  fputc('\n', file);
  fwrite(TF_TensorData(tensor), 1, TF_TensorByteSize(tensor), file);
  fclose(file);
}

static void run(TF_Session* session, TF_Graph* graph, const char* path, TF_Status* status) {
  TF_Output feeds[MOST], fetches[MOST];
  TF_Tensor *given[MOST], *found[MOST] = {NULL};
  static char paths[MOST][4096];
  int num_feeds = 0, num_fetches = 0, index;
  char kind[16], name[512];
  FILE* plan = fopen(path, "r");
  if (!plan) fail("no plan");
  while (fscanf(plan, "%15s %511s %d", kind, name, &index) == 3) {
    TF_Output output = {TF_GraphOperationByName(graph, name), index};
    if (!output.oper) fail("no such operation");
    if (!strcmp(kind, "feed")) {
      feeds[num_feeds] = output;
      given[num_feeds++] = read_tensor(plan);
    } else {
      fetches[num_fetches] = output;
      if (fscanf(plan, "%4095s", paths[num_fetches++]) != 1) fail("bad plan");
    }
  }
  fclose(plan);
  TF_SessionRun(session, NULL, feeds, given, num_feeds, fetches, found, num_fetches, NULL, 0, NULL,
                status);
  check(status);
  for (int i = 0; i < num_fetches; i++) write_tensor(found[i], paths[i]);
}

int main(int argc, char** argv) {
  if (argc < 3) fail("c_loader FOLDER PLAN...");
  TF_Status* status = TF_NewStatus();
  TF_Graph* graph = TF_NewGraph();
  TF_SessionOptions* options = TF_NewSessionOptions();
  const char* tags[] = {"serve"};
  TF_Session* session =
      TF_LoadSessionFromSavedModel(options, NULL, argv[1], tags, 1, graph, NULL, status);
  check(status);
  for (int i = 2; i < argc; i++) run(session, graph, argv[i], status);
  return 0;
}
